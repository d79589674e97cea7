"""What Mailjet's declared resources have and ours have not, with the reason of each.

Names are as `support.rest_coverage` gives them: ``message.ContactID`` a property, ``message?Period`` a filter,
``message~ID`` a sort field, ``PUT /v3/REST/message/{}`` a verb or an action.
"""

RESOURCES = {
    **dict.fromkeys(
        [
            *("activitycounters", "aggregategraphstatistics", "bouncestatistics", "campaigngraphstatistics"),
            *(
                "campaignstatistics",
                "clickstatistics",
                "contactstatistics",
                "domainstatistics",
                "geostatistics",
            ),
            *("graphstatistics", "listrecipientstatistics", "liststatistics", "messagesentstatistics"),
            *("messagestatistics", "openinformation", "openstatistics", "senderstatistics", "statcounters"),
            *("statistics/link-click", "statistics/recipient-esp", "toplinkclicked", "useragent"),
            *("useragentstatistics", "workflowstatistics"),
        ],
        "statistics are the statistics engine's, which is not there yet",
    ),
    "campaignoverview": "campaigns are sent by the campaign engine, which is not there yet",
    "contactactivity": "what it shows of an activity is not known",
    "returnpath": "accounts have no domains of their own for bounces",
    "useractivity": "people's sessions are not kept",
}
"""Resources that are not served, by name."""

GAPS = {
    "message.DestinationID": "domains of recipients have no rows of their own",
    "message.FromID": "in recorded answers it is SenderID, which is there",
    "messagehistory~ID": "events of a message have one order: that of time",
    **dict.fromkeys(
        [
            *("eventcallbackurl.AccountID", "eventcallbackurl.ProjectID", "eventcallbackurl.QueueName"),
            *("eventcallbackurl.Region", "eventcallbackurl.Resource", "eventcallbackurl.Topic"),
            "eventcallbackurl.SharedAccessSignature",
        ],
        "cloud queues as receivers: in the generated description alone, never in an answer",
    ),
    **{
        f"{method} /v3/REST/template/{{}}/{action}": "previews are pictures that the hosted editor makes"
        for action, methods in {
            "detailpreviews": ("POST", "PUT", "DELETE"),
            "detailthumbnail": ("POST", "PUT", "DELETE"),
            "displaypreview": ("GET",),
            "displaythumbnail": ("GET",),
        }.items()
        for method in methods
    },
    **dict.fromkeys(
        [
            "POST /v3/REST/contactslist/{}/verify",
            "GET /v3/REST/contactslist/{}/verify/{}",
        ],
        "work on many contacts is done by jobs of their own",
    ),
    **{
        f"{method} /v3/REST/{draft}/{{}}/{action}": "sending is the campaign engine's, which is not there yet"
        for draft in ("campaigndraft", "newsletter")
        for action, methods in {
            "schedule": ("GET", "POST", "PUT", "DELETE"),
            "send": ("POST",),
            "test": ("POST",),
        }.items()
        for method in methods
    },
    **{
        f"{method} /v3/REST/workflow/{{}}/{action}": "automations are named here and not run"
        for action, methods in {
            **dict.fromkeys(("start", "stop", "archive", "lock", "check", "restore"), ("POST",)),
            "log": ("GET",),
            "contact": ("GET", "DELETE"),
        }.items()
        for method in methods
    },
    **dict.fromkeys(
        ["contactslistsignup?ThrottleCheck", "workflow?ShowAll"], "nothing is known of what it does"
    ),
    "widget.Template": "an older name of TemplateID, gone from the description",
    "messageinformation~ArrivedAt": "its rows call the moment CreatedAt, and are sorted by that",
    **dict.fromkeys(
        ["campaign.ListID", "campaign.SegmentationID", "campaign.WorkflowID"],
        "null of a campaign of transactional mail, and so left out",
    ),
    "apikeyaccessgrantor~ID": "its rows have no ID",
    "apikeyaccess.SubaccountID": "null, and so left out: an account is an API key",
    **dict.fromkeys(
        [
            "POST /v3/REST/apikeyaccess",
            "PUT /v3/REST/apikeyaccess/{}",
            "DELETE /v3/REST/apikeyaccess/{}",
        ],
        "everybody who signs in opens all accounts, so there is nothing to give or take",
    ),
    "POST /v3/REST/user/{}/activate": "what it answers is not known, and every user is active",
    "apppreferences?ShowAllApikeys": "keys share nothing; each key reads its own",
}
