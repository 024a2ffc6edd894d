"""What is tested on PostgreSQL as well as on SQLite: all that only stores, and of all else each kind of query once.

With `CROWDCOUNT_TEST_DATABASE=postgres` everything that takes the fixture `settings` runs on PostgreSQL, for a look at
all of it; what opens the SQLite file itself, or has two servers share it, cannot pass then.
"""

ON_EACH_DATABASE = frozenset(
    {
        "storage",
        "alerts/test_outbox.py",
        "api/test_accounts.py::test_register_sign_out_sign_in",
        "api/test_audit.py::test_the_log_comes_in_pages",
        "api/test_audit.py::test_the_page_of_the_log_takes_any_query",
        "api/test_cameras.py::test_add_rename_list_delete",
        "api/test_history.py::test_alerts_are_listed_and_acknowledged",
        "api/test_history.py::test_history_of_the_frame_and_its_zones",
        "api/test_plans.py::test_whoever_was_slower_does_not_overwrite",
        "api/test_sessions.py::test_deleting_the_account_takes_everything_along",
        "api/test_sessions.py::test_signing_out_everywhere",
        "api/test_stills.py::test_the_frame_of_the_beginning_is_kept_and_shown",
        "api/test_tokens.py::test_of_two_refreshes_at_once_one_wins",
        "rooms/test_guests.py::test_taking_the_camera_out_of_the_room_cuts_it",
        "rooms/test_joining.py::test_deleting_a_room_gives_cameras_back_and_ends_guests",
        "rooms/test_joining.py::test_members_join_once_and_are_what_the_link_says",
        "rooms/test_together.py::test_an_alert_is_told_claimed_and_acknowledged_once_for_all",
        "rooms/test_together.py::test_the_log_is_for_whoever_comes_next",
        "rooms/test_watching.py::test_an_area_adds_up_warns_and_is_shown_to_everybody",
        "uploads/test_runs.py::test_a_restart_begins_the_run_again",
        "uploads/test_runs.py::test_a_run_counts_with_the_zones_of_its_camera_and_alone",
        "uploads/test_runs.py::test_a_run_is_deleted_while_it_counts",
        "uploads/test_runs.py::test_names_and_dates_can_be_changed",
        "uploads/test_runs.py::test_the_account_goes_with_its_recordings_and_their_files",
        "uploads/test_uploads.py::test_an_upload_that_nobody_resumes_is_dropped",
        "uploads/test_uploads.py::test_quotas_are_of_each_user",
    }
)
"""Folders, files, and single tests."""
