"""What users of people counters complain about again and again, and the tests that show it does not happen here."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Pain:
    """One complaint, as docs/pains.md lists it. `tests`: ``file::test``, below tests/."""

    number: int
    tests: tuple[str, ...]


PAINS = (
    Pain(
        1,
        (
            "vision/test_tracker.py::test_someone_hidden_for_a_while_is_found_again",
            "vision/test_tracker.py::test_people_who_cross_keep_their_identities",
            "vision/test_accuracy.py::test_scores",
        ),
    ),
    Pain(
        2,
        (
            "core/test_zone_counter.py::test_who_counts",
            "pains/test_scenes.py::test_six_people_one_after_the_other_with_the_stay_of_each",
        ),
    ),
    Pain(
        3,
        (
            "vision/test_pipeline.py::test_streams_do_not_share_identities",
            "engine/test_local.py::test_streams_have_their_own_state",
            "security/test_matrix.py::test_routes",
        ),
    ),
    Pain(
        4,
        (
            "core/test_crossings.py::test_jitter_on_the_line_never_counts",
            "core/test_crossings.py::test_directions_alternate_for_one_person_on_a_line_without_ends",
            "pains/test_scenes.py::test_three_zones_and_two_lines_count_as_an_annotator_does",
        ),
    ),
    Pain(
        5,
        (
            "vision/test_tracker.py::test_one_good_detection_is_nobody_yet_and_weak_ones_never_are",
            "vision/test_tracker.py::test_flicker_uses_up_no_identities",
            "vision/test_tracker.py::test_unseen_people_are_not_reported",
        ),
    ),
    Pain(6, ("core/test_zone_counter.py::test_jitter_at_the_edge_makes_no_event",)),
    Pain(
        7,
        (
            "pains/test_long_days.py::test_a_figure_that_jumps_about_its_limit_raises_one_alert_at_most",
            "core/test_alarm.py::test_it_does_not_flap_inside_its_hysteresis",
        ),
    ),
    Pain(
        8,
        (
            "pains/test_long_days.py::test_after_a_thousand_passers_by_nobody_is_left",
            "core/test_zone_counter.py::test_invariants",
        ),
    ),
    Pain(
        9,
        (
            "pains/test_long_days.py::test_people_who_stand_as_still_as_a_photograph_stay",
            "core/test_analytics.py::test_a_new_epoch_leaves_nobody_behind",
            "core/test_zone_counter.py::test_closing_leaves_nothing_behind",
        ),
    ),
    Pain(
        10,
        (
            "core/test_zone_counter.py::test_dwell_is_from_capture_times_whatever_the_rate",
            "core/test_zone_counter.py::test_dwell_leaves_out_the_time_away",
        ),
    ),
    Pain(
        11,
        (
            "live/test_protocol.py::test_one_frame_runs_one_waits_and_the_newest_wins",
            "faults/test_pictures.py::test_too_many_frames_never_make_results_late",
        ),
    ),
    Pain(12, ("e2e/test_trouble.py::test_insecure_page_explains_itself",)),
    Pain(
        13,
        (
            "core/test_zone_counter.py::test_another_resolution_or_rotation_keeps_the_zone",
            "e2e/test_join.py::test_it_comes_back_after_locks_and_tunnels",
            "e2e/test_counting.py::test_another_camera_is_chosen_while_the_stream_goes_on",
        ),
    ),
    Pain(
        14,
        (
            "e2e/test_rooms.py::test_three_cameras_one_total",
            "rooms/test_together.py::test_a_new_role_holds_at_once",
            "security/test_matrix.py::test_routes",
        ),
    ),
    Pain(
        15,
        (
            "e2e/test_counting.py::test_register_choose_camera_and_count_as_annotated",
            "pains/test_long_days.py::test_the_heatmap_grows_calmly",
            "core/test_heatmap.py::test_the_frame_rate_does_not_matter",
        ),
    ),
)
