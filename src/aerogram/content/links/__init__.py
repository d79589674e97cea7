"""The links of an HTML part: found, tagged, tracked, and the picture that tells of an opening."""
