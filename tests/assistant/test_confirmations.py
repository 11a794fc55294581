"""Tokens, with a clock one can move."""

import pytest

from orchestration.actions.model import Plan, Refusal
from orchestration.assistant.confirmations import LIFETIME_S, Confirmations

CONFIG = {"project": "shop", "name": "old", "dry_run": True, "confirm": None}


@pytest.fixture
def clock():
    return [1000.0]


@pytest.fixture
def confirmations(clock):
    return Confirmations(clock=lambda: clock[0])


def test_a_token_brings_back_its_plan_whatever_confirm_says_by_then(confirmations):
    plan = Plan(summary="Delete it.")
    token = confirmations.token("delete_cluster", CONFIG, plan)
    later = {**CONFIG, "dry_run": False, "confirm": "old"}
    assert confirmations.take(token, "delete_cluster", later) is plan


def test_a_token_lives_for_fifteen_minutes(confirmations, clock):
    tokens = [confirmations.token("pause_cluster", CONFIG, Plan(summary="")) for _ in range(2)]
    clock[0] += LIFETIME_S
    confirmations.take(tokens[0], "pause_cluster", CONFIG)
    clock[0] += 0.1
    with pytest.raises(Refusal, match="older than 15 minutes"):
        confirmations.take(tokens[1], "pause_cluster", CONFIG)


def test_a_field_left_out_is_another_config(confirmations):
    token = confirmations.token("pause_cluster", CONFIG, Plan(summary=""))
    with pytest.raises(Refusal, match="another name and project"):
        confirmations.take(token, "pause_cluster", {})


def test_tokens_cannot_be_guessed_from_one_another(confirmations):
    tokens = {confirmations.token("restore", CONFIG, Plan(summary="")) for _ in range(1000)}
    assert len(tokens) == 1000
    assert {len(each) for each in tokens} == {32}


def test_old_plans_are_forgotten(confirmations, clock):
    token = confirmations.token("restore", CONFIG, Plan(summary=""))
    clock[0] += LIFETIME_S + 1
    confirmations.token("restore", CONFIG, Plan(summary=""))
    with pytest.raises(Refusal, match="not known"):
        confirmations.take(token, "restore", CONFIG)
