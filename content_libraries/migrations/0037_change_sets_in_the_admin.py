from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [
        ('content_libraries', '0034_imported_file_name'),
    ]

    operations = [
        migrations.AlterModelOptions(
            name='changesetname',
            options={'verbose_name': 'change set', 'verbose_name_plural': 'change sets'},
        ),
    ]
