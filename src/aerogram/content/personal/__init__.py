"""The mail of one recipient: templates, tracked links and headers of bulk mail.

A `prepared.PreparedContent` opens a content once and returns the mail of each letter. The order is fixed: first the
template language, so that variables may contain links, then the text part, then the links.
"""
