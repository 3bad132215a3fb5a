#!/usr/bin/env bash
# Brings Superset's own database up to date, makes the administrator, and imports the dashboard with its chart, data set and database; then serves.
set -euo pipefail
cd /app/stack
superset db upgrade
superset fab create-admin --username admin --firstname Lake --lastname Admin --email admin@example.org --password "$SUPERSET_PASSWORD" ||
  superset fab reset-password --username admin --password "$SUPERSET_PASSWORD" # it is there since an earlier start
superset init
python3 bundle.py dashboard /tmp/dashboard.zip
superset import-dashboards --path /tmp/dashboard.zip --username admin
exec gunicorn --workers 2 --worker-class gthread --threads 8 --timeout 120 --bind 0.0.0.0:8088 "superset.app:create_app()"
