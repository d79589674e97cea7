"""The runtime of Mailjet's template language, limited in time and size."""
