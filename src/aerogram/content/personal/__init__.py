"""The mail of one recipient: templates filled in, links made to lead here, headers of bulk mail.

A `prepared.PreparedContent` is a content opened once; it gives the mail of each letter. The order is fixed: first the
template language, so that links may come from variables, then the text part, then the links.
"""
