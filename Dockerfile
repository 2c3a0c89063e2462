# The host project, for compose.yaml.
FROM python:3.12-slim
RUN apt-get update \
    && apt-get install --yes --no-install-recommends build-essential default-libmysqlclient-dev pkg-config \
    && rm -rf /var/lib/apt/lists/*
WORKDIR /srv/studio
COPY . .
RUN pip install --no-cache-dir -r requirements/studio.txt -r requirements/production.in \
    && pip install --no-cache-dir --no-deps . \
    && mkdir --parents /data
ENV DJANGO_SETTINGS_MODULE=studio.settings_production STUDIO_DATA_DIR=/data STATIC_ROOT=/srv/static
# The files of the image, so that a new image brings new ones; the values only satisfy the settings.
RUN SECRET_KEY="$(python -c 'import secrets; print(secrets.token_urlsafe(50))')" \
        ALLOWED_HOSTS=- DATABASE_URL=sqlite:// CELERY_BROKER_URL=- CACHE_URL=redis://- S3_BUCKET=- \
        python manage.py collectstatic --no-input \
    && useradd --system studio && chown -R studio /data
USER studio
VOLUME /data
