# The host project, for compose.yaml. Packages are installed in the first stage; the image has no compilers, and no pip.
FROM python:3.12-slim AS packages
WORKDIR /srv/studio
RUN python -m venv --without-pip /srv/venv
COPY requirements/production.txt requirements/
RUN pip --python /srv/venv install --no-cache-dir -r requirements/production.txt
COPY . .
RUN pip --python /srv/venv install --no-cache-dir --no-deps .

FROM python:3.12-slim
COPY --from=packages /srv/venv /srv/venv
WORKDIR /srv/studio
COPY manage.py ./
COPY studio studio
ENV PATH=/srv/venv/bin:$PATH DJANGO_SETTINGS_MODULE=studio.settings_production STUDIO_DATA_DIR=/data \
    STATIC_ROOT=/srv/static
# The files of the image, so that a new image brings new ones; the values only satisfy the settings.
RUN mkdir --parents /data \
    && SECRET_KEY="$(python -c 'import secrets; print(secrets.token_urlsafe(50))')" \
        ALLOWED_HOSTS=- DATABASE_URL=sqlite:// CELERY_BROKER_URL=- CACHE_URL=redis://- S3_BUCKET=- \
        python manage.py collectstatic --no-input \
    && useradd --system studio && chown -R studio /data
USER studio
VOLUME /data
