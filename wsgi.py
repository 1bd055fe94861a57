"""What gunicorn, `flask` and the workers import."""

from app import create_app

app = create_app()
