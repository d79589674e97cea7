"""The Mailjet management API: the declarations of its resources and routes."""
