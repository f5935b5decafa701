"""Stories in which the engine could make a difference, told again on those that are servers."""

from __future__ import annotations

from pathlib import Path

import pytest
from oslo_config import cfg

from delfin.db.session import Database
from tests.api import (
    test_access_info,
    test_jobs,
    test_listing,
    test_metrics_config,
    test_registration,
    test_schedules,
    test_storages,
    test_sync,
    test_telemetry,
)
from tests.conftest import make_conf, make_empty

pytestmark = pytest.mark.parametrize(
    "migrated_url", ["postgresql", "mariadb"], indirect=True, scope="session"
)


@pytest.fixture
def conf(used_again: Database, tmp_path: Path) -> cfg.ConfigOpts:
    """Options that name an empty database of the engine."""
    with used_again.writer() as session:
        make_empty(session)
    used_again.dispose()
    return make_conf(tmp_path, used_again.url)


test_kinds = test_listing.test_every_kind_has_its_columns_filters_and_missing_error
test_times = test_listing.test_times_have_six_digits_and_no_zone
test_exact = test_listing.test_filters_are_exact_and_all_must_hold
test_parts = test_listing.test_a_part_of_a_text_is_found_in_any_case_and_without_wildcards
test_pages = test_listing.test_pages_by_marker_have_every_row_once
test_members = test_listing.test_members_are_of_the_same_storage
test_sorting = test_listing.test_storages_are_filtered_and_sorted_too
test_twenty = test_registration.test_twenty_identical_registrations_make_one_storage
test_two_ways = test_registration.test_the_same_array_by_two_addresses_at_once_is_one_storage
test_update = test_access_info.test_an_update_logs_in_once_and_takes_effect_at_once
test_removal = test_storages.test_a_removed_storage_is_gone_at_once_and_later_without_a_trace
test_sync_all = test_storages.test_sync_all_skips_the_busy_ones
test_widened = test_sync.test_sync_all_widens_what_waits_and_queues_behind_what_runs
test_priority = test_sync.test_priority_is_a_number_in_the_job
test_schedule_listing = test_schedules.test_schedules_are_filtered_sorted_and_paged
test_schedule_told = test_schedules.test_a_schedule_that_has_run_tells_of_it
test_schedule_of_a_storage = test_schedules.test_defaults_are_shown_and_left_alone
test_schedule_gone = test_schedules.test_what_is_a_removed_storages_own_is_gone_at_once
test_metrics_config_kept = test_metrics_config.test_an_interval_for_each_type_of_resource
test_metrics_config_gone = test_metrics_config.test_a_removed_storage_leaves_nothing
test_telemetry_kept = test_telemetry.test_a_configuration_is_made_shown_listed_and_deleted
test_telemetry_merged = test_telemetry.test_what_several_ask_for_is_collected_once_and_most_often
test_telemetry_wrong = test_telemetry.test_what_is_wrong_is_named
test_capacity = test_storages.test_capacity_history
test_listed_jobs = test_jobs.test_jobs_are_listed_filtered_and_paged
