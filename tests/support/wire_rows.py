"""Rows of Mailjet's resources as recorded: every key in its order, and its JSON type.

A reference to nothing is left out and an unset moment is ""; both are told where they are so.
"""

import re

from support.wire_shapes import MOMENT, NUMBER, PERHAPS

SENT_TO = {
    "Email": str,
    "MessageUUID": re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"),
    "MessageID": int,
    "MessageHref": str,
}
MESSAGE = {
    "ArrivedAt": MOMENT,
    "AttachmentCount": int,
    "AttemptCount": int,
    "ContactAlt": "",
    "Delay": NUMBER,
    "FilterTime": int,
    "ID": int,
    "IsClickTracked": bool,
    "IsHTMLPartIncluded": bool,
    "IsOpenTracked": bool,
    "IsTextPartIncluded": bool,
    "IsUnsubTracked": bool,
    "MessageSize": int,
    "SenderID": int,
    "SpamassassinScore": int,
    "SpamassRules": "",
    "StatePermanent": bool,
    "Status": str,
    "Subject": "",
    "UUID": str,
}
"""Of a message that has no campaign, with nothing shown that is private."""
EVENT = {
    "Comment": str,
    "EventAt": int,
    "EventType": str,
    "State": str,
    "Useragent": str,
    "UseragentID": int,
}
CONTACT = {
    "CreatedAt": MOMENT,
    "DeliveredCount": int,
    "Email": str,
    "ExclusionFromCampaignsUpdatedAt": PERHAPS,
    "ID": int,
    "IsExcludedFromCampaigns": bool,
    "IsOptInPending": bool,
    "IsSpamComplaining": bool,
    "LastActivityAt": PERHAPS,
    "LastUpdateAt": PERHAPS,
    "Name": str,
    "UnsubscribedAt": PERHAPS,
    "UnsubscribedBy": str,
}
VALUES = {"ContactID": int, "Data": [{"Name": str, "Value": str}], "ID": int, "MethodCollection": ""}
PROPERTY = {"Datatype": str, "ID": int, "Name": str, "NameSpace": str}
LIST = {
    "Address": re.compile(r"[0-9a-z]{9}"),
    "CreatedAt": MOMENT,
    "ID": int,
    "IsDeleted": bool,
    "Name": str,
    "SubscriberCount": int,
}
MEMBERSHIP = {
    "ContactID": int,
    "ID": int,
    "IsActive": bool,
    "IsUnsubscribed": bool,
    "ListID": int,
    "ListName": str,
    "SubscribedAt": PERHAPS,
    "UnsubscribedAt": PERHAPS,
}
JOB_ID = {"JobID": int}
JOB = {
    "Count": int,
    "Error": str,
    "ErrorFile": str,
    "JobEnd": PERHAPS,
    "JobStart": PERHAPS,
    "Status": str,
}
MANY_JOB = {"ContactsLists": [{"Action": str, "ListID": int}], **JOB}
IMPORT = {
    "AliveAt": PERHAPS,
    "ContactsListID": int,
    "Count": int,
    "Current": int,
    "DataID": int,
    "Errcount": int,
    "ErrTreshold": int,
    # Our own: clients read Mailjet's properties by their names.
    "FileFormat": str,
    "ID": int,
    "ImportOptions": str,
    "JobEnd": PERHAPS,
    "JobStart": PERHAPS,
    "Method": str,
    "RequestAt": MOMENT,
    "Status": str,
}
BATCH_JOB = {
    "AliveAt": int,
    "APIKeyID": int,
    "Blocksize": int,
    "Count": int,
    "Current": int,
    "DataID": int,
    "Errcount": int,
    "ErrTreshold": int,
    "ID": int,
    "JobEnd": int,
    "JobStart": int,
    "JobType": str,
    "Method": str,
    "RefId": int,
    "RequestAt": int,
    "Status": str,
    "Throttle": int,
}
DRAFT = {
    "AXFraction": int,
    "AXFractionName": str,
    "ContactsListID": int,
    "CreatedAt": MOMENT,
    "Current": int,
    "DeliveredAt": PERHAPS,
    "EditMode": str,
    "ID": int,
    "IsCampaignTemplate": bool,
    "IsStarred": bool,
    "IsTextPartIncluded": bool,
    "Locale": str,
    "ModifiedAt": PERHAPS,
    "Preset": str,
    "Sender": str,
    "SenderEmail": str,
    "SenderName": str,
    "Status": int,
    "Subject": str,
    "Title": str,
    "Url": str,
    "Used": bool,
    "VarCount": int,
}
"""Of a draft for a list, with neither segment nor template nor address for replies."""
DRAFT_CONTENT = {"Headers": dict, "Html-part": str, "MJMLContent": str, "Text-part": str}
CAMPAIGN = {
    "CampaignType": int,
    "ClickTracked": int,
    "CreatedAt": MOMENT,
    "CustomValue": str,
    "FirstMessageID": int,
    "FromEmail": str,
    "FromID": int,
    "FromName": str,
    "HasHtmlCount": int,
    "HasTxtCount": int,
    "ID": int,
    "IsDeleted": bool,
    "IsStarred": bool,
    "NewsLetterID": int,
    "OpenTracked": int,
    "SendEndAt": PERHAPS,
    "SendStartAt": PERHAPS,
    "SpamassScore": NUMBER,
    "Status": int,
    "Subject": str,
    "UnsubscribeTrackedCount": int,
}
TEMPLATE = {
    "ID": int,
    "Name": str,
    "Author": str,
    "OwnerId": int,
    "OwnerType": str,
    "Presets": str,
    "Categories": [str],
    "Copyright": str,
    "Description": str,
    "EditMode": int,
    "IsStarred": bool,
    "IsTextPartGenerationEnabled": bool,
    "Locale": str,
    "LocaleList": [str],
    "Previews": list,
    "Purposes": [str],
    "CreatedAt": MOMENT,
    "LastUpdatedAt": PERHAPS,
}
TEMPLATE_CONTENT = {
    "MJMLContent": (str, dict, type(None)),
    "Html-part": (str, type(None)),
    "Text-part": (str, type(None)),
    "Headers": dict,
}
SEGMENT = {"Description": str, "Expression": str, "ID": int, "Name": str, "Status": str}
CALLBACK = {
    "APIKeyID": int,
    "EventType": str,
    "ID": int,
    "IsBackup": bool,
    "Status": str,
    "Url": str,
    "Version": int,
}
ROUTE = {"APIKeyID": int, "Email": str, "ID": int, "Url": str}
SENDER = {
    "CreatedAt": MOMENT,
    "DNSID": int,
    "Email": str,
    "EmailType": str,
    "Filename": str,
    "ID": int,
    "IsDefaultSender": bool,
    "Name": str,
    "Status": str,
}
VALIDATION = {
    "Errors": {"DNSValidationError": str, "FileValidationError": str},
    "GlobalError": str,
    "ValidationMethod": str,
}
DNS = {
    "DKIMRecordName": re.compile(r".+\._domainkey\..+\."),
    "DKIMRecordValue": re.compile(r".*k=rsa; p=.+"),
    "DKIMStatus": str,
    "Domain": str,
    "ID": int,
    "IsCheckInProgress": bool,
    "LastCheckAt": PERHAPS,
    "OwnerShipToken": re.compile(r"[0-9a-f]{32}"),
    "OwnerShipTokenRecordName": str,
    "SPFRecordValue": re.compile(r"v=spf1 .+"),
    "SPFStatus": str,
}
DNS_CHECK = {
    "DKIMErrors": [str],
    "DKIMRecordCurrentValue": str,
    "DKIMStatus": str,
    "SPFErrors": [str],
    "SPFRecordsCurrentValues": [str],
    "SPFStatus": str,
}
API_KEY = {
    "ACL": str,
    "APIKey": str,
    "CreatedAt": MOMENT,
    "ID": int,
    "IsActive": bool,
    "IsMaster": bool,
    "Name": str,
    "QuarantineValue": int,
    "RegionID": int,
    "Runlevel": str,
    "SecretKey": str,
    "Skipspamd": int,
    "TrackHost": str,
    "UserID": int,
}
USER = {
    "ACL": str,
    "CreatedAt": MOMENT,
    "Email": str,
    "FirstIp": str,
    "ID": int,
    "LastIp": str,
    "LastLoginAt": PERHAPS,
    "Locale": str,
    "MaxAllowedAPIKeys": int,
    "Timezone": str,
    "Username": str,
    "WarnedRatelimitAt": PERHAPS,
}
PROFILE = {
    **dict.fromkeys(("AddressCity", "AddressCountry", "AddressPostalCode", "AddressState"), str),
    "AddressStreet": str,
    "BillingEmail": str,
    "BirthdayAt": PERHAPS,
    "CompanyName": str,
    "CompanyNumOfEmployees": str,
    "ContactPhone": str,
    "EstimatedVolume": int,
    "Features": str,
    "Firstname": str,
    "ID": int,
    "Industry": str,
    "JobTitle": str,
    "Lastname": str,
    "UserID": int,
    "VAT": NUMBER,
    "VATNumber": str,
    "Website": str,
}
