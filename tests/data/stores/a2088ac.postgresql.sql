CREATE TABLE public.account (
    id bigint NOT NULL,
    name text DEFAULT ''::text NOT NULL,
    created_ms bigint NOT NULL,
    is_active smallint DEFAULT 1 NOT NULL,
    tracks_opens smallint DEFAULT 0 NOT NULL,
    tracks_clicks smallint DEFAULT 0 NOT NULL
);
CREATE TABLE public.alembic_version (
    version_num character varying(32) NOT NULL
);
CREATE TABLE public.api_token (
    id bigint NOT NULL,
    account_id bigint NOT NULL,
    digest text DEFAULT ''::text NOT NULL,
    token_sealed text DEFAULT ''::text NOT NULL,
    token_type text DEFAULT ''::text NOT NULL,
    allowed_access text DEFAULT ''::text NOT NULL,
    lang text DEFAULT ''::text NOT NULL,
    timezone text DEFAULT ''::text NOT NULL,
    sent_data text DEFAULT ''::text NOT NULL,
    valid_for bigint DEFAULT 0 NOT NULL,
    is_active smallint DEFAULT 0 NOT NULL,
    created_ms bigint NOT NULL
);
CREATE TABLE public.callback (
    id bigint NOT NULL,
    account_id bigint NOT NULL,
    event_type text DEFAULT ''::text NOT NULL,
    url_sealed text DEFAULT ''::text NOT NULL,
    is_backup smallint DEFAULT 0 NOT NULL,
    status text DEFAULT ''::text NOT NULL,
    version smallint DEFAULT 1 NOT NULL,
    first_failure_ms bigint DEFAULT 0 NOT NULL,
    last_failure text DEFAULT ''::text NOT NULL,
    created_ms bigint NOT NULL
);
CREATE TABLE public.callback_journal (
    callback_id bigint NOT NULL,
    event_id bigint NOT NULL,
    account_id bigint NOT NULL,
    message_id bigint NOT NULL,
    due_ms bigint NOT NULL,
    attempts smallint DEFAULT 0 NOT NULL,
    created_ms bigint NOT NULL
);
CREATE TABLE public.callback_lease (
    account_id bigint NOT NULL,
    lease bigint NOT NULL,
    until_ms bigint NOT NULL
);
CREATE TABLE public.campaign (
    id bigint NOT NULL,
    account_id bigint NOT NULL,
    name text DEFAULT ''::text NOT NULL,
    created_ms bigint NOT NULL,
    is_deleted smallint DEFAULT 0 NOT NULL,
    is_starred smallint DEFAULT 0 NOT NULL,
    first_message_id bigint DEFAULT 0 NOT NULL
);
CREATE TABLE public.campaign_recipient (
    account_id bigint NOT NULL,
    campaign text DEFAULT ''::text NOT NULL,
    address text DEFAULT ''::text NOT NULL,
    message_id bigint NOT NULL
);
CREATE TABLE public.captured (
    message_id bigint NOT NULL,
    account_id bigint NOT NULL,
    body bytea,
    blob text,
    size bigint NOT NULL,
    at_ms bigint NOT NULL,
    subject text DEFAULT ''::text NOT NULL
);
CREATE TABLE public.contact (
    id bigint NOT NULL,
    account_id bigint NOT NULL,
    email text DEFAULT ''::text NOT NULL,
    name text DEFAULT ''::text NOT NULL,
    created_ms bigint NOT NULL,
    updated_ms bigint DEFAULT 0 NOT NULL,
    is_excluded smallint DEFAULT 0 NOT NULL,
    excluded_ms bigint DEFAULT 0 NOT NULL,
    is_optin_pending smallint DEFAULT 0 NOT NULL,
    is_spam_complaining smallint DEFAULT 0 NOT NULL,
    unsubscribed_ms bigint DEFAULT 0 NOT NULL,
    unsubscribed_by text DEFAULT ''::text NOT NULL,
    last_activity_ms bigint DEFAULT 0 NOT NULL,
    delivered_count bigint DEFAULT 0 NOT NULL,
    is_anonymized smallint DEFAULT 0 NOT NULL,
    properties text DEFAULT ''::text NOT NULL,
    known jsonb GENERATED ALWAYS AS ((NULLIF(properties, ''::text))::jsonb) STORED
);
CREATE TABLE public.contact_history (
    id bigint NOT NULL,
    account_id bigint NOT NULL,
    contact_id bigint NOT NULL,
    property_id bigint NOT NULL,
    at_ms bigint NOT NULL,
    value text DEFAULT ''::text NOT NULL
);
CREATE TABLE public.contact_journal (
    event_id bigint NOT NULL,
    account_id bigint NOT NULL,
    message_id bigint NOT NULL,
    kind smallint NOT NULL,
    at_ms bigint NOT NULL
);
CREATE TABLE public.contact_list (
    id bigint NOT NULL,
    account_id bigint NOT NULL,
    name text DEFAULT ''::text NOT NULL,
    address text DEFAULT ''::text NOT NULL,
    is_deleted smallint DEFAULT 0 NOT NULL,
    created_ms bigint NOT NULL,
    subscriber_count bigint DEFAULT 0 NOT NULL
);
CREATE TABLE public.content (
    id bigint NOT NULL,
    account_id bigint NOT NULL,
    kind smallint NOT NULL,
    door text DEFAULT ''::text NOT NULL,
    envelope_from text DEFAULT ''::text NOT NULL,
    from_email text DEFAULT ''::text NOT NULL,
    subject text DEFAULT ''::text NOT NULL,
    body bytea,
    blob text,
    size bigint NOT NULL,
    custom_id text DEFAULT ''::text NOT NULL,
    event_payload text DEFAULT ''::text NOT NULL,
    campaign text DEFAULT ''::text NOT NULL,
    has_text smallint NOT NULL,
    has_html smallint NOT NULL,
    attachment_count smallint NOT NULL,
    smtputf8 smallint NOT NULL,
    dsn_ret text DEFAULT ''::text NOT NULL,
    dsn_envid text DEFAULT ''::text NOT NULL,
    transcript text DEFAULT ''::text NOT NULL,
    created_ms bigint NOT NULL,
    treatment text DEFAULT ''::text NOT NULL
);
CREATE TABLE public.content_token (
    id bigint NOT NULL,
    account_id bigint NOT NULL,
    name text DEFAULT ''::text NOT NULL,
    digest text DEFAULT ''::text NOT NULL,
    permissions text DEFAULT ''::text NOT NULL,
    expires_ms bigint NOT NULL,
    created_ms bigint NOT NULL,
    updated_ms bigint NOT NULL
);
CREATE TABLE public.counter (
    account_id bigint NOT NULL,
    hour_ms bigint NOT NULL,
    kind smallint NOT NULL,
    amount bigint NOT NULL
);
CREATE TABLE public.credential (
    id bigint NOT NULL,
    account_id bigint NOT NULL,
    kind smallint NOT NULL,
    key text DEFAULT ''::text NOT NULL,
    secret_hash text DEFAULT ''::text NOT NULL,
    label text DEFAULT ''::text NOT NULL,
    created_ms bigint NOT NULL,
    revoked_ms bigint,
    domain text DEFAULT ''::text NOT NULL,
    is_sandboxed smallint DEFAULT 0 NOT NULL
);
CREATE TABLE public.data (
    id bigint NOT NULL,
    account_id bigint NOT NULL,
    source text DEFAULT ''::text NOT NULL,
    source_id bigint DEFAULT 0 NOT NULL,
    kind text DEFAULT ''::text NOT NULL,
    mime text DEFAULT ''::text NOT NULL,
    blob text DEFAULT ''::text NOT NULL,
    size bigint DEFAULT 0 NOT NULL,
    created_ms bigint NOT NULL
);
CREATE TABLE public.dkim_key (
    id bigint NOT NULL,
    account_id bigint NOT NULL,
    domain text DEFAULT ''::text NOT NULL,
    selector text DEFAULT ''::text NOT NULL,
    algorithm text DEFAULT ''::text NOT NULL,
    private_sealed text DEFAULT ''::text NOT NULL,
    public_value text DEFAULT ''::text NOT NULL,
    created_ms bigint NOT NULL,
    is_active smallint DEFAULT 1 NOT NULL
);
CREATE TABLE public.domain_check (
    account_id bigint NOT NULL,
    domain text DEFAULT ''::text NOT NULL,
    dkim_status text DEFAULT ''::text NOT NULL,
    spf_status text DEFAULT ''::text NOT NULL,
    checked_ms bigint NOT NULL
);
CREATE TABLE public.draft (
    id bigint NOT NULL,
    account_id bigint NOT NULL,
    kind text DEFAULT ''::text NOT NULL,
    status smallint DEFAULT 0 NOT NULL,
    title text DEFAULT ''::text NOT NULL,
    subject text DEFAULT ''::text NOT NULL,
    locale text DEFAULT ''::text NOT NULL,
    sender text DEFAULT ''::text NOT NULL,
    sender_email text DEFAULT ''::text NOT NULL,
    sender_name text DEFAULT ''::text NOT NULL,
    reply_email text DEFAULT ''::text NOT NULL,
    list_id bigint,
    segment_id bigint,
    template_id bigint,
    campaign_id bigint,
    axtest_id bigint,
    ax_fraction double precision DEFAULT 0 NOT NULL,
    ax_fraction_name text DEFAULT ''::text NOT NULL,
    edit_mode text DEFAULT ''::text NOT NULL,
    is_starred smallint DEFAULT 0 NOT NULL,
    is_handled smallint DEFAULT 0 NOT NULL,
    has_text smallint DEFAULT 0 NOT NULL,
    revision bigint DEFAULT 0 NOT NULL,
    created_ms bigint NOT NULL,
    updated_ms bigint DEFAULT 0 NOT NULL,
    scheduled_ms bigint DEFAULT 0 NOT NULL,
    delivered_ms bigint DEFAULT 0 NOT NULL,
    extras text DEFAULT ''::text NOT NULL,
    headers text DEFAULT ''::text NOT NULL,
    text_part text,
    html_part text,
    mjml text
);
CREATE TABLE public.erasure (
    account_id bigint NOT NULL,
    contact_id bigint NOT NULL,
    digest text DEFAULT ''::text NOT NULL,
    erased_ms bigint NOT NULL
);
CREATE TABLE public.event (
    id bigint NOT NULL,
    account_id bigint NOT NULL,
    message_id bigint NOT NULL,
    kind smallint NOT NULL,
    at_ms bigint NOT NULL,
    failure smallint DEFAULT 0 NOT NULL,
    is_hard smallint DEFAULT 0 NOT NULL,
    is_blocked smallint DEFAULT 0 NOT NULL,
    reply text DEFAULT ''::text NOT NULL,
    host text DEFAULT ''::text NOT NULL,
    tls text DEFAULT ''::text NOT NULL,
    transcript text DEFAULT ''::text NOT NULL,
    agent text DEFAULT ''::text NOT NULL,
    ip text DEFAULT ''::text NOT NULL,
    url text DEFAULT ''::text NOT NULL,
    geo text DEFAULT ''::text NOT NULL,
    verdict smallint DEFAULT 0 NOT NULL,
    address text DEFAULT ''::text NOT NULL
);
CREATE TABLE public.idempotency (
    account_id bigint NOT NULL,
    key text DEFAULT ''::text NOT NULL,
    owner bigint NOT NULL,
    fingerprint text DEFAULT ''::text NOT NULL,
    receipts text DEFAULT ''::text NOT NULL,
    created_ms bigint NOT NULL
);
CREATE TABLE public.image (
    id bigint NOT NULL,
    account_id bigint NOT NULL,
    guid text DEFAULT ''::text NOT NULL,
    name text DEFAULT ''::text NOT NULL,
    status text DEFAULT ''::text NOT NULL,
    is_starred smallint DEFAULT 0 NOT NULL,
    mime text DEFAULT ''::text NOT NULL,
    size bigint NOT NULL,
    blob text DEFAULT ''::text NOT NULL,
    thumbnail_mime text DEFAULT ''::text NOT NULL,
    thumbnail_size bigint DEFAULT 0 NOT NULL,
    thumbnail_blob text DEFAULT ''::text NOT NULL,
    created_ms bigint NOT NULL,
    updated_ms bigint NOT NULL
);
CREATE TABLE public.job (
    id bigint NOT NULL,
    account_id bigint NOT NULL,
    kind text DEFAULT ''::text NOT NULL,
    job_type text DEFAULT ''::text NOT NULL,
    data_id bigint DEFAULT 0 NOT NULL,
    ref_id bigint DEFAULT 0 NOT NULL,
    method text DEFAULT ''::text NOT NULL,
    status text DEFAULT ''::text NOT NULL,
    is_open smallint DEFAULT 1 NOT NULL,
    options text DEFAULT ''::text NOT NULL,
    count bigint DEFAULT 0 NOT NULL,
    current bigint DEFAULT 0 NOT NULL,
    errcount bigint DEFAULT 0 NOT NULL,
    err_threshold smallint DEFAULT 0 NOT NULL,
    cursor bigint DEFAULT 0 NOT NULL,
    error text DEFAULT ''::text NOT NULL,
    request_ms bigint NOT NULL,
    start_ms bigint DEFAULT 0 NOT NULL,
    end_ms bigint DEFAULT 0 NOT NULL,
    alive_ms bigint DEFAULT 0 NOT NULL,
    lease bigint DEFAULT 0 NOT NULL,
    lease_until_ms bigint DEFAULT 0 NOT NULL,
    attempts smallint DEFAULT 0 NOT NULL
);
CREATE TABLE public.job_error (
    job_id bigint NOT NULL,
    item bigint NOT NULL,
    text text DEFAULT ''::text NOT NULL
);
CREATE TABLE public.label (
    id bigint NOT NULL,
    account_id bigint NOT NULL,
    name text DEFAULT ''::text NOT NULL,
    color text DEFAULT ''::text NOT NULL,
    used_for text DEFAULT ''::text NOT NULL
);
CREATE TABLE public.label_use (
    label_id bigint NOT NULL,
    object_id bigint NOT NULL,
    account_id bigint NOT NULL
);
CREATE TABLE public.list_recipient (
    id bigint NOT NULL,
    account_id bigint NOT NULL,
    list_id bigint NOT NULL,
    contact_id bigint NOT NULL,
    is_unsubscribed smallint DEFAULT 0 NOT NULL,
    is_active smallint DEFAULT 1 NOT NULL,
    subscribed_ms bigint DEFAULT 0 NOT NULL,
    unsubscribed_ms bigint DEFAULT 0 NOT NULL
);
CREATE TABLE public.message (
    id bigint NOT NULL,
    account_id bigint NOT NULL,
    content_id bigint NOT NULL,
    uuid text DEFAULT ''::text NOT NULL,
    recipient text DEFAULT ''::text NOT NULL,
    domain text DEFAULT ''::text NOT NULL,
    role smallint NOT NULL,
    state smallint DEFAULT 0 NOT NULL,
    lane bigint NOT NULL,
    due_ms bigint NOT NULL,
    lease bigint DEFAULT 0 NOT NULL,
    attempts smallint DEFAULT 0 NOT NULL,
    reclaims smallint DEFAULT 0 NOT NULL,
    failure smallint DEFAULT 0 NOT NULL,
    is_permanent smallint DEFAULT 0 NOT NULL,
    reply text DEFAULT ''::text NOT NULL,
    notify text DEFAULT ''::text NOT NULL,
    orcpt text DEFAULT ''::text NOT NULL,
    created_ms bigint NOT NULL,
    updated_ms bigint NOT NULL,
    personal text DEFAULT ''::text NOT NULL
);
CREATE TABLE public.metasender (
    id bigint NOT NULL,
    account_id bigint NOT NULL,
    email text DEFAULT ''::text NOT NULL,
    description text DEFAULT ''::text NOT NULL,
    is_enabled smallint DEFAULT 0 NOT NULL,
    created_ms bigint NOT NULL
);
CREATE TABLE public.monitoring_category (
    account_id bigint NOT NULL,
    name text DEFAULT ''::text NOT NULL,
    created_ms bigint NOT NULL
);
CREATE TABLE public.node (
    id bigint NOT NULL,
    name text DEFAULT ''::text NOT NULL,
    until_ms bigint NOT NULL
);
CREATE TABLE public.notification (
    message_id bigint NOT NULL,
    content_id bigint NOT NULL
);
CREATE TABLE public.parse_route (
    id bigint NOT NULL,
    account_id bigint NOT NULL,
    email text DEFAULT ''::text NOT NULL,
    url_sealed text DEFAULT ''::text NOT NULL,
    is_generated smallint DEFAULT 0 NOT NULL,
    created_ms bigint NOT NULL
);
CREATE TABLE public.preference (
    id bigint NOT NULL,
    account_id bigint NOT NULL,
    scope text DEFAULT ''::text NOT NULL,
    name text DEFAULT ''::text NOT NULL,
    value text DEFAULT ''::text NOT NULL
);
CREATE TABLE public.property (
    id bigint NOT NULL,
    account_id bigint NOT NULL,
    name text DEFAULT ''::text NOT NULL,
    namespace text DEFAULT ''::text NOT NULL,
    datatype text DEFAULT ''::text NOT NULL,
    created_ms bigint NOT NULL
);
CREATE TABLE public.record (
    id bigint NOT NULL,
    account_id bigint NOT NULL,
    kind text DEFAULT ''::text NOT NULL,
    unique_key text,
    created_ms bigint NOT NULL,
    updated_ms bigint NOT NULL,
    body text DEFAULT ''::text NOT NULL
);
CREATE TABLE public.segment (
    id bigint NOT NULL,
    account_id bigint NOT NULL,
    name text DEFAULT ''::text NOT NULL,
    description text DEFAULT ''::text NOT NULL,
    expression text DEFAULT ''::text NOT NULL,
    status text DEFAULT ''::text NOT NULL
);
CREATE TABLE public.sender (
    id bigint NOT NULL,
    account_id bigint NOT NULL,
    email text DEFAULT ''::text NOT NULL,
    name text DEFAULT ''::text NOT NULL,
    status text DEFAULT ''::text NOT NULL,
    email_type text DEFAULT ''::text NOT NULL,
    is_default smallint DEFAULT 0 NOT NULL,
    created_ms bigint NOT NULL
);
CREATE TABLE public.setting (
    name text NOT NULL,
    value text DEFAULT ''::text NOT NULL
);
CREATE TABLE public.signup (
    id bigint NOT NULL,
    account_id bigint NOT NULL,
    widget_id bigint NOT NULL,
    list_id bigint NOT NULL,
    contact_id bigint NOT NULL,
    email text DEFAULT ''::text NOT NULL,
    signup_key text DEFAULT ''::text NOT NULL,
    signup_ms bigint NOT NULL,
    signup_ip text DEFAULT ''::text NOT NULL,
    confirm_ms bigint DEFAULT 0 NOT NULL,
    confirm_ip text DEFAULT ''::text NOT NULL
);
CREATE TABLE public.suppression (
    account_id bigint NOT NULL,
    address text DEFAULT ''::text NOT NULL,
    reason text DEFAULT ''::text NOT NULL,
    detail text DEFAULT ''::text NOT NULL,
    created_ms bigint NOT NULL,
    until_ms bigint
);
CREATE TABLE public.template (
    id bigint NOT NULL,
    account_id bigint NOT NULL,
    name text DEFAULT ''::text NOT NULL,
    owner_type text DEFAULT ''::text NOT NULL,
    author text DEFAULT ''::text NOT NULL,
    categories bigint DEFAULT 0 NOT NULL,
    copyright text DEFAULT ''::text NOT NULL,
    description text DEFAULT ''::text NOT NULL,
    edit_mode smallint NOT NULL,
    is_starred smallint DEFAULT 0 NOT NULL,
    makes_text smallint DEFAULT 0 NOT NULL,
    locale text DEFAULT ''::text NOT NULL,
    presets text DEFAULT ''::text NOT NULL,
    purposes smallint DEFAULT 0 NOT NULL,
    created_ms bigint NOT NULL,
    updated_ms bigint NOT NULL,
    is_locked smallint DEFAULT 0 NOT NULL,
    last_kind text DEFAULT ''::text NOT NULL,
    last_locale text DEFAULT ''::text NOT NULL,
    published_id bigint DEFAULT 0 NOT NULL
);
CREATE TABLE public.template_version (
    id bigint NOT NULL,
    account_id bigint NOT NULL,
    template_id bigint NOT NULL,
    number bigint NOT NULL,
    kind text DEFAULT ''::text NOT NULL,
    author text DEFAULT ''::text NOT NULL,
    name text DEFAULT ''::text NOT NULL,
    locale text DEFAULT ''::text NOT NULL,
    created_ms bigint NOT NULL,
    headers text DEFAULT ''::text NOT NULL,
    text_part text,
    html_part text,
    mjml text
);
CREATE TABLE public.tracking_host (
    account_id bigint NOT NULL,
    domain text DEFAULT ''::text NOT NULL,
    base_url text DEFAULT ''::text NOT NULL
);
CREATE TABLE public.unsubscription (
    account_id bigint NOT NULL,
    address text DEFAULT ''::text NOT NULL,
    message_id bigint NOT NULL,
    created_ms bigint NOT NULL
);
CREATE TABLE public.user_account (
    id bigint NOT NULL,
    email text DEFAULT ''::text NOT NULL,
    password_hash text DEFAULT ''::text NOT NULL,
    created_ms bigint NOT NULL
);
CREATE TABLE public.user_profile (
    user_id bigint NOT NULL,
    username text DEFAULT ''::text NOT NULL,
    locale text DEFAULT ''::text NOT NULL,
    timezone text DEFAULT ''::text NOT NULL,
    profile text DEFAULT ''::text NOT NULL
);
INSERT INTO public.alembic_version VALUES ('0013');
INSERT INTO public.callback VALUES (1, 1, 'sent', 'unknown', 0, 'alive', 1, 0, '', 0);
INSERT INTO public.callback VALUES (2, 1, 'bounce', 'unknown', 0, 'alive', 1, 0, '', 0);
INSERT INTO public.callback VALUES (3, 1, 'open', 'unknown', 0, 'alive', 1, 0, '', 0);
INSERT INTO public.callback_journal VALUES (1, 234898047811584, 1, 234898047467521, 1795899678102, 0, 1795899678102);
INSERT INTO public.callback_journal VALUES (1, 234898048417792, 1, 234898048090113, 1795899678179, 0, 1795899678179);
INSERT INTO public.callback_journal VALUES (2, 234898050129920, 1, 234898049662977, 1795899678385, 0, 1795899678385);
INSERT INTO public.callback_journal VALUES (1, 234898049253376, 1, 234898048983041, 1795899678278, 2, 1795899678278);
INSERT INTO public.callback_journal VALUES (3, 234898051465216, 1, 234898044190721, 1795899678548, 0, 1795899678548);
INSERT INTO public.captured VALUES (234898044190721, 1, '\x52656365697665643a206279206d61696c2e6578616d706c652e6f726720284165726f6772616d2920776974682045534d5450206964206435613337363762383030303b0d0a205361742c203238204e6f7620323032362032313a30313a3137202b303030300d0a446174653a205361742c203238204e6f7620323032362032313a30313a3137202b303030300d0a4d6573736167652d49443a203c39333363356635312d313037632d383733622d386337332d386637323437326335376364406578616d706c652e6f72673e0d0a46726f6d3a20416e6e203c616e6e406578616d706c652e6f72673e0d0a546f3a20626f62406578616d706c652e6e65740d0a5375626a6563743a2048656c6c6f0d0a0d0a48656c6c6f20426f620d0a', NULL, 286, 1795899677881, '');
INSERT INTO public.captured VALUES (234898047467521, 1, '\x52656365697665643a206279206d61696c2e6578616d706c652e6f726720284165726f6772616d2920776974682045534d5450206964206435613337366164383030303b0d0a205361742c203238204e6f7620323032362032313a30313a3138202b303030300d0a446174653a205361742c203238204e6f7620323032362032313a30313a3138202b303030300d0a4d6573736167652d49443a203c64363664373465612d636463302d383661342d393532302d653732373236613331343736406578616d706c652e6f72673e0d0a46726f6d3a20416e6e203c616e6e406578616d706c652e6f72673e0d0a546f3a20626f62406578616d706c652e6e65740d0a5375626a6563743a2048656c6c6f0d0a0d0a48656c6c6f20426f620d0a', NULL, 286, 1795899678102, '');
INSERT INTO public.captured VALUES (234898048090113, 1, '\x52656365697665643a206279206d61696c2e6578616d706c652e6f726720284165726f6772616d2920776974682045534d5450206964206435613337366237303030303b0d0a205361742c203238204e6f7620323032362032313a30313a3138202b303030300d0a446174653a205361742c203238204e6f7620323032362032313a30313a3138202b303030300d0a4d6573736167652d49443a203c30376439363166612d633331362d383134322d393136642d343962663432643933373466406578616d706c652e6f72673e0d0a46726f6d3a20416e6e203c616e6e406578616d706c652e6f72673e0d0a546f3a20626f62406578616d706c652e6e65740d0a5375626a6563743a2048656c6c6f0d0a0d0a48656c6c6f20426f620d0a', NULL, 286, 1795899678179, '');
INSERT INTO public.captured VALUES (234898048983041, 1, '\x52656365697665643a206279206d61696c2e6578616d706c652e6f726720284165726f6772616d2920776974682045534d5450206964206435613337366334613030303b0d0a205361742c203238204e6f7620323032362032313a30313a3138202b303030300d0a446174653a205361742c203238204e6f7620323032362032313a30313a3138202b303030300d0a4d6573736167652d49443a203c63666239373839372d346338372d383866652d383464392d313138366365386463373838406578616d706c652e6f72673e0d0a46726f6d3a20416e6e203c616e6e406578616d706c652e6f72673e0d0a546f3a20626f62406578616d706c652e6e65740d0a5375626a6563743a2048656c6c6f0d0a0d0a48656c6c6f20426f620d0a', NULL, 286, 1795899678278, '');
INSERT INTO public.contact VALUES (234898051342336, 1, 'retried@example.net', '', 1795899678278, 0, 0, 0, 0, 0, 0, '', 1795899678278, 1, 0, '', DEFAULT);
INSERT INTO public.contact VALUES (234898051342337, 1, 'settled@example.net', '', 1795899677881, 0, 0, 0, 0, 0, 0, '', 1795899677881, 1, 0, '', DEFAULT);
INSERT INTO public.contact_journal VALUES (234898047811584, 1, 234898047467521, 7, 1795899678102);
INSERT INTO public.contact_journal VALUES (234898048417792, 1, 234898048090113, 7, 1795899678179);
INSERT INTO public.contact_journal VALUES (234898050129920, 1, 234898049662977, 21, 1795899678385);
INSERT INTO public.contact_journal VALUES (234898051465216, 1, 234898044190721, 6, 1795899678548);
INSERT INTO public.content VALUES (234898044190720, 1, 1, 'smtp', 'ann@example.org', 'ann@example.org', '', '\x46726f6d3a20416e6e203c616e6e406578616d706c652e6f72673e0d0a546f3a20626f62406578616d706c652e6e65740d0a5375626a6563743a2048656c6c6f0d0a0d0a48656c6c6f20426f620d0a', NULL, 79, '', '', '', 0, 0, 0, 0, '', '', '', 1795899677660, '');
INSERT INTO public.content VALUES (234898047467520, 1, 1, 'smtp', 'ann@example.org', 'ann@example.org', '', '\x46726f6d3a20416e6e203c616e6e406578616d706c652e6f72673e0d0a546f3a20626f62406578616d706c652e6e65740d0a5375626a6563743a2048656c6c6f0d0a0d0a48656c6c6f20426f620d0a', NULL, 79, '', '', '', 0, 0, 0, 0, '', '', '', 1795899678060, '');
INSERT INTO public.content VALUES (234898048090112, 1, 1, 'smtp', 'ann@example.org', 'ann@example.org', '', '\x46726f6d3a20416e6e203c616e6e406578616d706c652e6f72673e0d0a546f3a20626f62406578616d706c652e6e65740d0a5375626a6563743a2048656c6c6f0d0a0d0a48656c6c6f20426f620d0a', NULL, 79, '', '', '', 0, 0, 0, 0, '', '', '', 1795899678136, '');
INSERT INTO public.content VALUES (234898048983040, 1, 1, 'smtp', 'ann@example.org', 'ann@example.org', '', '\x46726f6d3a20416e6e203c616e6e406578616d706c652e6f72673e0d0a546f3a20626f62406578616d706c652e6e65740d0a5375626a6563743a2048656c6c6f0d0a0d0a48656c6c6f20426f620d0a', NULL, 79, '', '', '', 0, 0, 0, 0, '', '', '', 1795899678245, '');
INSERT INTO public.content VALUES (234898049662976, 1, 1, 'smtp', 'ann@example.org', 'ann@example.org', '', '\x46726f6d3a20416e6e203c616e6e406578616d706c652e6f72673e0d0a546f3a20626f62406578616d706c652e6e65740d0a5375626a6563743a2048656c6c6f0d0a0d0a48656c6c6f20426f620d0a', NULL, 79, '', '', '', 0, 0, 0, 0, '', '', '', 1795899678328, '');
INSERT INTO public.content VALUES (234898052022272, 1, 1, 'smtp', 'ann@example.org', 'ann@example.org', '', '\x46726f6d3a20416e6e203c616e6e406578616d706c652e6f72673e0d0a546f3a20626f62406578616d706c652e6e65740d0a5375626a6563743a2048656c6c6f0d0a0d0a48656c6c6f20426f620d0a', NULL, 79, '', '', '', 0, 0, 0, 0, '', '', '', 1795899678616, '');
INSERT INTO public.content VALUES (234898052055040, 1, 1, 'smtp', 'ann@example.org', 'ann@example.org', '', '\x46726f6d3a20416e6e203c616e6e406578616d706c652e6f72673e0d0a546f3a20626f62406578616d706c652e6e65740d0a5375626a6563743a2048656c6c6f0d0a0d0a48656c6c6f20426f620d0a', NULL, 79, '', '', '', 0, 0, 0, 0, '', '', '', 1795899678620, '');
INSERT INTO public.counter VALUES (1, 1795899600000, 7, 4);
INSERT INTO public.counter VALUES (1, 1795899600000, 21, 1);
INSERT INTO public.counter VALUES (1, 1795899600000, 6, 1);
INSERT INTO public.event VALUES (234898046001152, 1, 234898044190721, 7, 1795899677881, 0, 0, 0, '250 2.0.0 Captured in the local inbox', '', '', '', '', '', '', '', 0, '');
INSERT INTO public.event VALUES (234898047811584, 1, 234898047467521, 7, 1795899678102, 0, 0, 0, '250 2.0.0 Captured in the local inbox', '', '', '', '', '', '', '', 0, '');
INSERT INTO public.event VALUES (234898048417792, 1, 234898048090113, 7, 1795899678179, 0, 0, 0, '250 2.0.0 Captured in the local inbox', '', '', '', '', '', '', '', 0, '');
INSERT INTO public.event VALUES (234898049253376, 1, 234898048983041, 7, 1795899678278, 0, 0, 0, '250 2.0.0 Captured in the local inbox', '', '', '', '', '', '', '', 0, '');
INSERT INTO public.event VALUES (234898050129920, 1, 234898049662977, 21, 1795899678385, 13, 0, 0, '451 4.7.1 <defer@simulator.test>: Greylisted, try again later (simulated)', 'simulator.test', '', '', '', '', '', '', 0, '');
INSERT INTO public.event VALUES (234898051465216, 1, 234898044190721, 6, 1795899678548, 0, 0, 0, '', '', '', '', '', '', '', '', 0, 'settled@example.net');
INSERT INTO public.message VALUES (234898044190721, 1, 234898044190720, '00d5a376-7b80-8013-b2d0-424bc1c56390', 'settled@example.net', 'example.net', 1, 1, 9007199254740993, 1795899677881, 0, 1, 0, 0, 0, '250 2.0.0 Captured in the local inbox', '', '', 1795899677660, 1795899677881, '');
INSERT INTO public.message VALUES (234898047467521, 1, 234898047467520, '00d5a376-ad80-8015-8526-768626051868', 'waiting@example.net', 'example.net', 1, 1, 9007199254740993, 1795899678102, 0, 1, 0, 0, 0, '250 2.0.0 Captured in the local inbox', '', '', 1795899678060, 1795899678102, '');
INSERT INTO public.message VALUES (234898048090113, 1, 234898048090112, '00d5a376-b700-801a-8b4a-a19452359eca', 'waits-too@example.net', 'example.net', 1, 1, 9007199254740993, 1795899678176, 0, 1, 0, 0, 0, '250 2.0.0 Captured in the local inbox', '', '', 1795899678136, 1795899678179, '');
INSERT INTO public.message VALUES (234898048983041, 1, 234898048983040, '00d5a376-c4a0-8015-b55c-8d96fa2825d3', 'retried@example.net', 'example.net', 1, 1, 9007199254740993, 1795899678278, 0, 1, 0, 0, 0, '250 2.0.0 Captured in the local inbox', '', '', 1795899678245, 1795899678278, '');
INSERT INTO public.message VALUES (234898049662977, 1, 234898049662976, '00d5a376-cf00-801b-b906-c15acdb820dd', 'defer@simulator.test', 'simulator.test', 1, 0, 9007199254740993, 1795899680385, 0, 1, 0, 13, 0, '451 4.7.1 <defer@simulator.test>: Greylisted, try again later (simulated)', '', '', 1795899678328, 1795899678385, '');
INSERT INTO public.message VALUES (234898052022273, 1, 234898052022272, '00d5a376-f300-8011-92b8-14cbeee5ecf1', 'queued@example.net', 'example.net', 1, 0, 9007199254740993, 1795899678616, 0, 0, 0, 0, 0, '', '', '', 1795899678616, 1795899678616, '');
INSERT INTO public.message VALUES (234898052055041, 1, 234898052055040, '00d5a376-f380-801e-9eff-eacbccd48e02', 'queued-too@example.net', 'example.net', 1, 0, 9007199254740993, 1795899678620, 0, 0, 0, 0, 0, '', '', '', 1795899678620, 1795899678620, '');
ALTER TABLE ONLY public.account
    ADD CONSTRAINT account_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.alembic_version
    ADD CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num);
ALTER TABLE ONLY public.api_token
    ADD CONSTRAINT api_token_digest_key UNIQUE (digest);
ALTER TABLE ONLY public.api_token
    ADD CONSTRAINT api_token_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.callback
    ADD CONSTRAINT callback_account_id_event_type_is_backup_key UNIQUE (account_id, event_type, is_backup);
ALTER TABLE ONLY public.callback_journal
    ADD CONSTRAINT callback_journal_pkey PRIMARY KEY (callback_id, event_id);
ALTER TABLE ONLY public.callback_lease
    ADD CONSTRAINT callback_lease_pkey PRIMARY KEY (account_id);
ALTER TABLE ONLY public.callback
    ADD CONSTRAINT callback_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.campaign
    ADD CONSTRAINT campaign_account_id_name_key UNIQUE (account_id, name);
ALTER TABLE ONLY public.campaign
    ADD CONSTRAINT campaign_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.campaign_recipient
    ADD CONSTRAINT campaign_recipient_pkey PRIMARY KEY (account_id, campaign, address);
ALTER TABLE ONLY public.captured
    ADD CONSTRAINT captured_pkey PRIMARY KEY (message_id);
ALTER TABLE ONLY public.contact
    ADD CONSTRAINT contact_account_id_email_key UNIQUE (account_id, email) INCLUDE (id);
ALTER TABLE ONLY public.contact_history
    ADD CONSTRAINT contact_history_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.contact_journal
    ADD CONSTRAINT contact_journal_pkey PRIMARY KEY (event_id);
ALTER TABLE ONLY public.contact_list
    ADD CONSTRAINT contact_list_address_key UNIQUE (address);
ALTER TABLE ONLY public.contact_list
    ADD CONSTRAINT contact_list_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.contact
    ADD CONSTRAINT contact_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.content
    ADD CONSTRAINT content_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.content_token
    ADD CONSTRAINT content_token_account_id_name_key UNIQUE (account_id, name);
ALTER TABLE ONLY public.content_token
    ADD CONSTRAINT content_token_digest_key UNIQUE (digest);
ALTER TABLE ONLY public.content_token
    ADD CONSTRAINT content_token_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.counter
    ADD CONSTRAINT counter_pkey PRIMARY KEY (account_id, hour_ms, kind);
ALTER TABLE ONLY public.credential
    ADD CONSTRAINT credential_key_key UNIQUE (key);
ALTER TABLE ONLY public.credential
    ADD CONSTRAINT credential_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.data
    ADD CONSTRAINT data_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.dkim_key
    ADD CONSTRAINT dkim_key_domain_selector_account_id_key UNIQUE (domain, selector, account_id);
ALTER TABLE ONLY public.dkim_key
    ADD CONSTRAINT dkim_key_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.domain_check
    ADD CONSTRAINT domain_check_pkey PRIMARY KEY (account_id, domain);
ALTER TABLE ONLY public.draft
    ADD CONSTRAINT draft_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.erasure
    ADD CONSTRAINT erasure_pkey PRIMARY KEY (account_id, contact_id);
ALTER TABLE ONLY public.event
    ADD CONSTRAINT event_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.idempotency
    ADD CONSTRAINT idempotency_pkey PRIMARY KEY (account_id, key);
ALTER TABLE ONLY public.image
    ADD CONSTRAINT image_guid_key UNIQUE (guid);
ALTER TABLE ONLY public.image
    ADD CONSTRAINT image_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.job_error
    ADD CONSTRAINT job_error_pkey PRIMARY KEY (job_id, item);
ALTER TABLE ONLY public.job
    ADD CONSTRAINT job_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.label
    ADD CONSTRAINT label_account_id_name_key UNIQUE (account_id, name);
ALTER TABLE ONLY public.label
    ADD CONSTRAINT label_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.label_use
    ADD CONSTRAINT label_use_pkey PRIMARY KEY (object_id, label_id);
ALTER TABLE ONLY public.list_recipient
    ADD CONSTRAINT list_recipient_list_id_contact_id_key UNIQUE (list_id, contact_id);
ALTER TABLE ONLY public.list_recipient
    ADD CONSTRAINT list_recipient_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.message
    ADD CONSTRAINT message_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.metasender
    ADD CONSTRAINT metasender_account_id_email_key UNIQUE (account_id, email);
ALTER TABLE ONLY public.metasender
    ADD CONSTRAINT metasender_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.monitoring_category
    ADD CONSTRAINT monitoring_category_pkey PRIMARY KEY (account_id, name);
ALTER TABLE ONLY public.node
    ADD CONSTRAINT node_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.notification
    ADD CONSTRAINT notification_pkey PRIMARY KEY (message_id, content_id);
ALTER TABLE ONLY public.parse_route
    ADD CONSTRAINT parse_route_email_key UNIQUE (email);
ALTER TABLE ONLY public.parse_route
    ADD CONSTRAINT parse_route_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.preference
    ADD CONSTRAINT preference_account_id_scope_name_key UNIQUE (account_id, scope, name);
ALTER TABLE ONLY public.preference
    ADD CONSTRAINT preference_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.property
    ADD CONSTRAINT property_account_id_namespace_name_key UNIQUE (account_id, namespace, name);
ALTER TABLE ONLY public.property
    ADD CONSTRAINT property_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.record
    ADD CONSTRAINT record_account_id_kind_unique_key_key UNIQUE (account_id, kind, unique_key);
ALTER TABLE ONLY public.record
    ADD CONSTRAINT record_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.segment
    ADD CONSTRAINT segment_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.sender
    ADD CONSTRAINT sender_account_id_email_key UNIQUE (account_id, email);
ALTER TABLE ONLY public.sender
    ADD CONSTRAINT sender_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.setting
    ADD CONSTRAINT setting_pkey PRIMARY KEY (name);
ALTER TABLE ONLY public.signup
    ADD CONSTRAINT signup_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.signup
    ADD CONSTRAINT signup_signup_key_key UNIQUE (signup_key);
ALTER TABLE ONLY public.suppression
    ADD CONSTRAINT suppression_pkey PRIMARY KEY (account_id, address);
ALTER TABLE ONLY public.template
    ADD CONSTRAINT template_account_id_owner_type_name_key UNIQUE (account_id, owner_type, name);
ALTER TABLE ONLY public.template
    ADD CONSTRAINT template_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.template_version
    ADD CONSTRAINT template_version_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.tracking_host
    ADD CONSTRAINT tracking_host_pkey PRIMARY KEY (account_id, domain);
ALTER TABLE ONLY public.unsubscription
    ADD CONSTRAINT unsubscription_pkey PRIMARY KEY (account_id, address);
ALTER TABLE ONLY public.user_account
    ADD CONSTRAINT user_account_email_key UNIQUE (email);
ALTER TABLE ONLY public.user_account
    ADD CONSTRAINT user_account_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.user_profile
    ADD CONSTRAINT user_profile_pkey PRIMARY KEY (user_id);
CREATE INDEX api_token_account ON public.api_token USING btree (account_id, id);
CREATE INDEX callback_journal_retried ON public.callback_journal USING btree (callback_id) WHERE (attempts > 0);
CREATE INDEX captured_blob ON public.captured USING btree (blob) WHERE (blob IS NOT NULL);
CREATE INDEX contact_account ON public.contact USING btree (account_id, id);
CREATE INDEX contact_anonymized ON public.contact USING btree (account_id, id) WHERE (is_anonymized = 1);
CREATE INDEX contact_excluded ON public.contact USING btree (account_id, id) WHERE (is_excluded = 1);
CREATE INDEX contact_history_contact ON public.contact_history USING btree (account_id, contact_id, property_id, at_ms);
CREATE INDEX contact_list_account ON public.contact_list USING btree (account_id, id);
CREATE UNIQUE INDEX contact_list_name ON public.contact_list USING btree (account_id, name) WHERE (is_deleted = 0);
CREATE INDEX content_blob ON public.content USING btree (blob) WHERE (blob IS NOT NULL);
CREATE INDEX credential_account ON public.credential USING btree (account_id);
CREATE INDEX data_blob ON public.data USING btree (blob);
CREATE INDEX data_source ON public.data USING btree (account_id, source, source_id);
CREATE INDEX draft_kind ON public.draft USING btree (account_id, kind, id);
CREATE INDEX event_address ON public.event USING btree (account_id, address, kind, at_ms) WHERE (address <> ''::text);
CREATE INDEX event_message ON public.event USING btree (message_id);
CREATE INDEX idempotency_age ON public.idempotency USING btree (created_ms);
CREATE INDEX image_account ON public.image USING btree (account_id, id);
CREATE INDEX image_blob ON public.image USING btree (blob);
CREATE INDEX image_thumbnail_blob ON public.image USING btree (thumbnail_blob);
CREATE INDEX job_account ON public.job USING btree (account_id, id);
CREATE INDEX job_open ON public.job USING btree (account_id, id) WHERE (is_open = 1);
CREATE INDEX label_use_label ON public.label_use USING btree (label_id);
CREATE INDEX list_recipient_account ON public.list_recipient USING btree (account_id, id);
CREATE INDEX list_recipient_contact ON public.list_recipient USING btree (account_id, contact_id);
CREATE INDEX list_recipient_left ON public.list_recipient USING btree (account_id, contact_id) WHERE (is_unsubscribed = 1);
CREATE INDEX list_recipient_list ON public.list_recipient USING btree (account_id, list_id, id);
CREATE INDEX message_account ON public.message USING btree (account_id, id);
CREATE INDEX message_queue ON public.message USING btree (lane, due_ms) WHERE (state = 0);
CREATE INDEX parse_route_account ON public.parse_route USING btree (account_id, id);
CREATE INDEX record_kind ON public.record USING btree (account_id, kind, id);
CREATE INDEX segment_account ON public.segment USING btree (account_id, id);
CREATE UNIQUE INDEX segment_name ON public.segment USING btree (account_id, name) WHERE (status <> 'deleted'::text);
CREATE INDEX signup_account ON public.signup USING btree (account_id, id);
CREATE INDEX signup_address ON public.signup USING btree (email, signup_ms);
CREATE INDEX template_version_template ON public.template_version USING btree (template_id, kind, number);
