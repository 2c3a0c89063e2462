import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ("content_libraries", "0001_initial"),
        ("openedx_content", "0014_typed_media_id"),
    ]

    operations = [
        migrations.CreateModel(
            name="ContainerSettings",
            fields=[
                (
                    "version",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="container_settings",
                        serialize=False,
                        to="openedx_content.publishableentityversion",
                    ),
                ),
                (
                    "settings",
                    models.JSONField(default=dict, help_text="Name to value, as the course had them."),
                ),
                (
                    "license",
                    models.TextField(blank=True, default="", help_text="As the course spelled it."),
                ),
            ],
            options={
                "verbose_name": "container settings",
                "verbose_name_plural": "container settings",
            },
        ),
    ]
