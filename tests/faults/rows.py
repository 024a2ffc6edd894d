"""The promises, and the tests that break them on purpose. `test_rows.py` looks whether these tests exist."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Row:
    """One promise.

    Attributes
    ----------
    number : int
    promise : str
    tests : tuple of str
        ``file`` for all of it, or ``file::test``.
    lacking : str
        What is promised and not there, if anything; beside tests, of the rest.
    """

    number: int
    promise: str
    tests: tuple[str, ...]
    lacking: str = ""


ROWS = (
    Row(
        1,
        "events before authentication have no effect, and nothing is delivered before",
        ("security/test_before_authentication.py",),
    ),
    Row(
        2,
        "a frame that carries too much is refused at once and costs little",
        (
            "faults/test_pictures.py::test_attachments_without_end_are_dropped",
            "faults/test_pictures.py::test_a_length_that_is_too_much_closes_at_once",
            "faults/test_pictures.py::test_a_picture_that_claims_to_be_huge_costs_nothing",
            "vision/test_jpeg.py::test_gigapixel_claim_allocates_nothing",
            "vision/test_jpeg.py::test_scan_bombs_are_refused_before_they_are_decoded",
            "vision/test_jpeg.py::test_no_filling_makes_the_header_dear",
            "vision/test_jpeg.py::test_no_structure_is_dear_or_breaks_out",
            "engine/test_worker.py::test_a_decoder_that_does_not_end_ends_the_process",
        ),
    ),
    Row(
        3,
        "a damaged picture is refused by a code; the session and its identities go on",
        (
            "faults/test_pictures.py::test_no_damaged_picture_ends_a_session",
            "faults/test_pictures.py::test_refused_pictures_leave_identities_alone",
            "vision/test_jpeg.py::test_every_truncation_is_refused",
            "vision/test_jpeg.py::test_whatever_is_damaged_is_a_picture_or_a_typed_error",
            "test_serve.py::test_real_people_survive_bad_frames_and_a_killed_process",
        ),
    ),
    Row(
        4,
        "results never fall behind; counters balance to the frame",
        (
            "faults/test_pictures.py::test_too_many_frames_never_make_results_late",
            "live/test_protocol.py::test_one_frame_runs_one_waits_and_the_newest_wins",
            "live/test_ahead.py",
        ),
    ),
    Row(
        5,
        "who reads slowly holds nobody up and is cut",
        (
            "rooms/test_real_clips.py::test_a_frozen_viewer_is_cut_and_no_other_waits",
            "rooms/test_watching.py::test_who_does_not_acknowledge_is_cut",
            "faults/test_line.py::test_who_sends_and_never_reads_is_dropped",
            "security/test_cutting.py::test_a_client_that_ignores_the_end_is_cut_as_well",
        ),
    ),
    Row(
        6,
        "silent handshakes end, floods are bounded, a stream that behaves keeps its pace",
        (
            "security/test_connections.py",
            "security/test_budgets.py",
            "security/test_meters.py",
            "security/test_admissions.py",
            "security/test_fairness.py",
            "security/test_costs.py",
            "faults/test_bombs.py",
            "faults/test_floods.py",
            "faults/test_shares.py",
            "engine/test_fair_scheduler.py",
            "engine/test_sharing.py",
            "rooms/test_joining.py",
        ),
    ),
    Row(7, "other sites open no socket and post no form", ("security/test_origins.py", "security/test_cookies.py")),
    Row(8, "what ends a session cuts everything of it", ("security/test_cutting.py",)),
    Row(9, "forged and confused tokens open nothing", ("security/test_forged_tokens.py",)),
    Row(10, "foreign ids look unknown, for every route and event", ("security/test_matrix.py",)),
    Row(11, "password work never holds the loop", ("security/test_password_work.py", "security/test_guessing.py")),
    Row(
        12,
        "a vision process that dies or hangs is replaced; others go on; identities are not mixed",
        (
            "faults/test_vision_process.py::test_results_come_back_after_the_vision_process_is_gone",
            "engine/test_local.py::test_a_process_that_dies_or_hangs_is_replaced",
            "engine/test_local.py::test_the_frame_that_stopped_a_process_is_blamed_and_no_other",
            "live/test_suspensions.py",
            "engine/test_local.py::test_a_process_that_answers_nonsense_is_replaced",
            "engine/test_local.py::test_a_process_with_much_to_do_is_left_alone",
            "engine/test_local.py::test_an_idle_process_that_was_stopped_is_replaced",
            "faults/test_vision_process.py::test_streams_of_other_processes_go_on",
            "engine/test_local.py::test_a_crash_loop_is_visible_and_ends_by_itself",
            "api/test_http.py::test_a_crash_loop_is_told_although_another_counts",
            "e2e/test_trouble.py::test_a_crash_loop_is_said_on_the_page_and_counting_goes_on_after_it",
            "engine/test_local.py::test_streams_are_spread_over_the_processes",
        ),
    ),
    Row(
        13,
        "a web process that dies or hangs is replaced; browsers come back; nothing outlives the parent",
        (
            "faults/test_supervision.py",
            "e2e/test_comeback.py",
        ),
    ),
    Row(
        14,
        "a stop is quick, told, and stores what was acknowledged",
        (
            "faults/test_supervision.py::test_a_stop_with_sockets_and_a_stalled_upload_is_clean",
            "live/test_protocol.py::test_a_shutdown_is_announced_and_what_was_counted_is_kept",
            "live/test_closing.py",
        ),
    ),
    Row(
        15,
        "a busy database, a full disk and kill -9 lose nothing that was acknowledged, and people are told",
        (
            "faults/test_storage.py",
            "faults/test_backup.py",
            "faults/test_foreign_database.py",
            "storage/test_folder.py",
            "live/test_quotas.py",
            "faults/test_two_servers.py",
            "test_atomic.py",
            "test_cli.py::test_a_full_disk_is_an_error_and_leaves_what_was_there",
            "test_cli.py::test_a_file_that_is_read_or_written_already_is_refused_before_the_work",
            "test_cli.py::test_being_told_to_end_is_clean",
            "models/test_install.py",
            "alerts/test_delivery.py::test_kill_9_loses_nothing_and_repeats_by_key_alone",
            "e2e/test_bad_line.py::test_a_full_disk_is_said_on_the_page",
        ),
    ),
    Row(
        16,
        "PostgreSQL away, hung, back: counting goes on, it is told, nothing stored is lost or doubled",
        (
            "faults/test_postgres.py",
            "faults/test_postgres_start.py",
            "storage/test_database.py::test_two_that_migrate_at_once_build_the_same",
        ),
        "Several web processes that share rooms are not offered, so nothing like Redis is used that could be away.",
    ),
    Row(
        17,
        "connections that come and go, and hours of one stream, leave nothing behind",
        (
            "faults/test_vision_process.py::test_connections_that_come_and_go_leave_nothing",
            "vision/test_tracker.py",
        ),
    ),
    Row(
        18,
        "a bad network is over in seconds; nothing is counted twice",
        (
            "faults/test_line.py",
            "e2e/test_bad_line.py::test_a_cut_line_is_over_in_seconds",
            "e2e/test_bad_line.py::test_a_black_hole_is_over_in_seconds",
            "e2e/test_trouble.py::test_offline_and_back_goes_on_with_the_same_people",
            "e2e/test_join.py::test_it_comes_back_after_locks_and_tunnels",
            "e2e/test_trouble.py::test_every_frame_survives_lost_connections_and_counts_each_once",
        ),
    ),
    Row(
        19,
        "hostile text is shown as text, and is no formula",
        (
            "security/test_hostile_text.py",
            "security/test_hostile_names.py",
            "api/test_history.py::test_the_files_hold_the_same_and_no_formula",
            "alerts/test_mail.py",
        ),
    ),
    Row(
        20,
        "addresses given by users lead to nobody inside; deliveries are signed, retried and never on the frame path",
        (
            "alerts/test_outside.py",
            "alerts/test_webhook.py",
            "alerts/test_courier.py",
            "alerts/test_delivery.py::test_a_hanging_receiver_does_not_touch_the_frames",
        ),
    ),
)
