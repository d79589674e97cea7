"""Mail taken apart: headers, parts, bodies."""
