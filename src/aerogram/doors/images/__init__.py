"""The addresses of images in mails."""
