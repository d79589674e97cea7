"""All probes, by limit and door; and the tests of limits that no single call can reach."""

from support.limits import delivery, rest, send, smtp

_BY_DOOR = {
    "SMTP": smtp.PROBES,
    "Send API v3.1": send.V31,
    "Send API v3": send.V3,
    "REST": rest.REST,
    "Content API": rest.CONTENT,
    "Pages": rest.PAGES,
    "Import": rest.IMPORT,
    "Delivery": delivery.PROBES,
}
PROBES = {(limit, door): probe for door, probes in _BY_DOOR.items() for limit, probe in probes.items()}
"""A probe takes the server and a number, uses as much, and gives what it was answered."""

PASSES = {
    "smtp-auth-line": "501 5.5.2",
    "smtp-path": "550 5.7.1",
    "smtp-errors": "502",
    "smtp-names": "550 5.6.0",
    "send-body": "400",
}
"""What is answered at a limit, where that is an error too: 2xx or "sent" elsewhere."""

_BUDGET = "unit/content/language/test_budget.py"
ELSEWHERE = {
    "http-head": "scenario/attacks/test_http_heads.py::test_the_bound_is_exact",
    "http-headers": "scenario/attacks/test_http_heads.py::test_so_is_the_number_of_headers",
    "http-framing": "scenario/attacks/test_http_heads.py::test_what_stands_between_the_bytes_of_a_body_is_bounded",
    "connections": "scenario/attacks/test_connections.py::test_smtp_and_http_share_the_places",
    "connections-of-proven": "scenario/attacks/test_connections.py::test_a_client_that_signs_in_over_http_keeps_room_when_all_places_are_in_use",
    "connections-per-client": "scenario/attacks/test_connections.py::test_a_client_with_all_its_places_in_use_is_told_so",
    "connections-per-proven-client": "scenario/attacks/test_connections.py::test_a_client_that_signs_in_over_http_keeps_room_when_all_places_are_in_use",
    "line-length": "scenario/test_signed_bytes.py::test_a_signed_part_with_a_long_line_is_refused_with_the_reason",
    "failures": "unit/identity/test_attempts.py::test_ten_failures_lock_it_for_the_window",
    "failures-of-name": "unit/identity/test_attempts.py::test_a_hundred_failures_of_a_name_lock_it_from_networks_that_are_not_proven",
    "failures-of-network": "unit/identity/test_attempts.py::test_very_many_failures_lock_a_network_for_names_that_are_not_proven_there",
    "password-queue": "unit/identity/test_passwords.py::test_beyond_the_queue_the_answer_is_come_again",
    "password-queue-of-network": "unit/identity/test_passwords.py::test_one_network_cannot_fill_the_queue",
    "bytes-in-flight": "scenario/attacks/test_bytes_in_flight.py::test_each_door_of_http_refuses_in_its_own_words_and_says_when_to_come_again",
    (
        "bytes-in-flight",
        "SMTP",
    ): "scenario/attacks/test_bytes_in_flight.py::test_a_chunk_of_bdat_that_no_file_has_room_for_is_refused",
    (
        "files-in-flight",
        "HTTP",
    ): "unit/doors/asgi/test_whole_body.py::test_a_body_that_no_file_has_room_for_is_refused_before_it_is_read",
    "files-in-flight": "scenario/attacks/test_bytes_in_flight.py::test_files_have_a_budget_and_past_it_mail_is_refused_for_now",
    "inbox-waiters": "scenario/attacks/test_long_polls.py::test_five_hundred_waiters_of_many_clients_get_places_for_a_bounded_number",
    "inbox-waiters-of-client": "scenario/attacks/test_long_polls.py::test_one_client_leaves_room_for_another",
    "rate": "scenario/test_limits.py::test_an_account_has_a_rate_at_every_door",
    "http-body-time": "scenario/reliability/test_slow_http_clients.py::test_a_client_that_stops_in_the_middle_is_let_go",
    "http-head-time": "scenario/reliability/test_slow_http_clients.py::test_a_client_that_sends_a_byte_now_and_then_is_let_go",
    "smtp-idle": "scenario/reliability/test_connection_limits.py::test_a_client_that_takes_too_long_is_told_421",
    "smtp-data-time": "scenario/reliability/test_connection_limits.py::test_a_client_that_takes_too_long_is_told_421",
    "signup-form": "scenario/test_signups.py::test_a_form_that_is_far_too_large_is_shown_again_and_sends_nothing",
    "send-stored": "scenario/test_stored_bytes.py::test_globals_are_not_stored_without_end",
    "smtp-discarded": "unit/wire/smtp/test_server_limits.py::test_the_end_of_a_far_too_big_message_is_not_waited_for_forever",
    "smtp-recipients-overshoot": "unit/wire/smtp/test_server_limits.py::test_an_endless_list_is",
    "smtp-read-ahead": "unit/wire/smtp/test_server_limits.py::test_what_is_sent_ahead_of_an_answer_is_bounded_and_the_answer_still_comes",
    "images": "contract/content/test_images.py::test_an_account_has_no_more_images_than_it_may",
    "csv-line": "unit/audience/jobs/test_csv_reader.py::test_a_line_that_cannot_be_read_costs_no_other",
    "csv-record": "unit/audience/jobs/test_csv_reader.py::test_the_longest_record_is_read_and_a_longer_one_costs_its_first_line",
    "csv-record-lines": "unit/audience/jobs/test_csv_reader.py::test_the_longest_record_is_read_and_a_longer_one_costs_its_first_line",
    "job-attempts": "scenario/reliability/test_deadly_jobs.py::test_a_job_that_kills_the_server_is_given_up_after_some_attempts",
    "template-tokens": f"{_BUDGET}::test_a_source_has_a_size_and_a_number_of_words",
    "template-steps": f"{_BUDGET}::test_steps_are_counted_the_same_each_time",
    "template-time": f"{_BUDGET}::test_time_ends_what_steps_do_not",
    "template-text": f"{_BUDGET}::test_a_long_variable_is_printed_but_not_worked_upon",
    "template-digits": f"{_BUDGET}::test_numbers_cannot_grow_for_ever",
    "template-integer": f"{_BUDGET}::test_numbers_cannot_grow_for_ever",
}
"""Limits that take minutes, millions or a death to reach, and the test that makes them small and meets them."""
