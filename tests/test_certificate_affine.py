"""Small disturbances: what the certificates of real numbers promise, attacked."""

from dataclasses import replace
from itertools import islice

import numpy as np
import pytest
import torch

import voxnca
from analysis.certificate import Balls, Findings, affine, checking, weighted
from analysis.certificate.affine import affine_certificate, spectral_radius
from analysis.certificate.ball_entry import ball_entries
from analysis.certificate.chance import bound_chance, reach_bound
from analysis.certificate.linear import (
    Linearization,
    NotCertifiableError,
    find_fixed_point,
    residual_of,
)
from analysis.certificate.mean_square import mean_square_certificate
from analysis.certificate.sparse import sparse_matrix
from analysis.certificate.weighted import weighted_certificate
from apps.workshop.latched import latched
from voxnca import NCA, ArgumentError


def steady(num_dims, **fields):
    """Return a rule whose seed lives on, with faint cells round it that nearly live, too."""
    return latched(num_dims, bias_std=0.1, weight_std=0.02, **fields)


@pytest.fixture(scope="module", params=[2, 3], ids=["2D", "3D"])
def at_rest(request):
    """Return a rule in float64, its fixed point, and the certificate."""
    rule, state, residual = find_fixed_point(steady(request.param), (7,) * request.param)
    assert residual <= 1e-15
    return rule, state, affine_certificate(rule, state)


@pytest.fixture(scope="module")
def region(at_rest):
    return mean_square_certificate(*at_rest[:2], 0.5)


def spread(certificate, state, values):
    """Lay values `(R, C)` of the certificate's cells over a grid."""
    whole = torch.zeros_like(state)
    whole[tuple(torch.from_numpy(certificate.cells).T)] = values
    return whole


def lasting(rule, state, disturbances, num_steps=300):
    """Return what is left of disturbances `(B, *space, C)` in the end."""
    ends = rule.grow(state + disturbances, num_steps)
    return (ends - state).abs().flatten(1).amax(1)


def worst(rule, state, size, *, where=None, tries=8, iterations=30, horizon=6):
    """Look for disturbances of a size that die down least: projected gradient ascent."""
    generator = torch.Generator().manual_seed(1)
    mask = torch.ones_like(state) if where is None else where
    found = size * torch.randn(tries, *state.shape, generator=generator, dtype=torch.float64).sign()
    for _ in range(iterations):
        found = (found * mask).requires_grad_(True)
        ends = rule.grow(state + found, horizon, engine="dense")
        (ends - state).square().sum().backward()
        found = (found + size / 5 * found.grad.sign()).clamp(-size, size).detach()
    return found * mask


def after(near, num_steps):
    """Return what disturbances are carried to in so many steps."""
    return next(islice(near.carried(), num_steps - 1, None))


class TestLinearization:
    @pytest.mark.parametrize("border", ["zero", "replicate", "circular"])
    @pytest.mark.parametrize("num_dims", [2, 3])
    def test_a_step_is_what_it_says(self, num_dims, border):
        rule, state, _ = find_fixed_point(steady(num_dims, border=border), (5,) * num_dims)
        near = Linearization.at(rule, state)
        generator = torch.Generator().manual_seed(3)
        values = torch.randn(len(near.ring), 6, generator=generator, dtype=torch.float64)
        disturbed = state.clone()
        disturbed[tuple(near.ring.T)] += 1e-9 * values
        moved = (rule.grow(disturbed[None], 1)[0] - state) / 1e-9
        carried = next(near.carried()).reshape(near.num_cells, 6, -1) @ values.reshape(-1)
        torch.testing.assert_close(moved[tuple(near.cells.T)], carried, atol=1e-5, rtol=0)

    def test_the_dense_and_the_sparse_matrix_are_one(self, at_rest):
        near = Linearization.at(*at_rest[:2])
        size = near.num_cells * near.num_channels
        whole = torch.eye(size, dtype=torch.float64).reshape(near.num_cells, -1, size)
        dense = near._step(whole, near.near_alive).reshape(size, size).numpy()
        sparse = sparse_matrix(near).toarray()
        assert np.array_equal(dense, sparse)
        largest = np.abs(np.linalg.eigvals(dense)).max()
        assert spectral_radius(near) == pytest.approx(largest)

    def test_a_state_that_is_not_fixed_is_refused(self, at_rest):
        rule, state, _ = at_rest
        moved = state.clone()
        moved[moved != 0] += 1e-6
        with pytest.raises(NotCertifiableError, match=r"changes the state by .* no fixed point"):
            Linearization.at(rule, moved)

    def test_a_unit_at_its_edge_is_refused(self, at_rest):
        rule, state, _ = at_rest
        edge = NCA(rule.config).double()
        edge.load_state_dict(rule.state_dict())
        with torch.no_grad():
            edge.hidden.weight[7].zero_()
            edge.hidden.bias[7] = 0.0
            edge.out.weight[:, 7] = 0.0
        edge, still, _ = find_fixed_point(edge, tuple(state.shape[:-1]))
        with pytest.raises(NotCertifiableError, match="margin is 0"):
            Linearization.at(edge, still)

    @pytest.mark.parametrize("change", [{"fire_rate": 0.5}, {"num_goals": 2}, {"state_bits": 12}])
    def test_rules_without_an_affine_step_are_refused(self, change):
        with pytest.raises(NotCertifiableError):
            find_fixed_point(NCA(replace(steady(2).config, **change)), (5, 5))

    def test_a_pattern_that_never_rests_is_refused(self):
        restless = NCA(replace(steady(2).config, leak=0.0))
        with torch.no_grad():
            restless.out.bias[4] = 1e-3
        with pytest.raises(NotCertifiableError, match="no fixed point; train with --certifiable"):
            find_fixed_point(restless, (5, 5))


class TestAffine:
    def test_no_adversary_escapes(self, at_rest):
        rule, state, certificate = at_rest
        size = 0.99 * certificate.delta
        attacks = worst(rule, state, size)
        direction = size * spread(certificate, state, certificate.direction)
        generator = torch.Generator().manual_seed(2)
        drawn = torch.randn(64, *state.shape, generator=generator, dtype=torch.float64)
        every = torch.cat([attacks, direction[None], -direction[None], size * drawn.sign()])
        assert float(lasting(rule, state, every).max()) < 1e-12

    def test_within_it_the_step_is_affine(self, at_rest):
        rule, state, certificate = at_rest
        near = Linearization.at(rule, state)
        attacks = worst(rule, state, 0.99 * certificate.delta, tries=2)
        ring = attacks[(slice(None), *near.ring.T)].reshape(len(attacks), -1)
        ends = rule.grow(state + attacks, 3)
        told = after(near, 3)
        carried = torch.einsum("ncx,bx->bnc", told, ring)
        mine = (ends - state)[(slice(None), *near.cells.T)]
        torch.testing.assert_close(mine, carried, atol=1e-13, rtol=0)

    def test_it_is_not_far_from_what_can_be_promised(self, at_rest):
        rule, state, certificate = at_rest
        near = Linearization.at(rule, state)
        assert certificate.binding["kind"] == "unit"
        past = 1.02 * certificate.delta
        one = state + past * spread(certificate, state, certificate.direction)
        signs = near.units > 0
        for _ in range(certificate.binding["step"]):
            one = rule.grow(one[None], 1)[0]
        weights = near.weights
        padded = torch.cat([one[tuple(near.ring.T)], torch.zeros(1, 6, dtype=torch.float64)])
        units = torch.einsum("noc,och->nh", padded[near.near], weights) + rule.hidden.bias
        assert bool(((units > 0) != signs).any())

    def test_no_adversary_in_one_cell_escapes(self, at_rest):
        rule, state, certificate = at_rest
        assert (certificate.tolerance >= certificate.delta).all()
        for row in range(0, len(certificate.cells), 7):
            where = torch.zeros_like(state)
            where[tuple(certificate.cells[row])] = 1
            size = 0.99 * float(certificate.tolerance[row])
            attacks = worst(rule, state, size, where=where, tries=4, iterations=6)
            assert float(lasting(rule, state, attacks).max()) < 1e-12

    def test_a_border_that_shows_a_cell_twice_counts_it_twice(self):
        rule, state, _ = find_fixed_point(steady(2, border="replicate"), (3, 3))
        certificate = affine_certificate(rule, state)
        near = Linearization.at(rule, state)
        for row in range(len(certificate.cells)):
            seen = near.near == row
            reach = seen.double() @ near.weights.abs().sum(1)  # (n, O) @ (O, H)
            assert float((reach * certificate.tolerance[row] / near.units.abs()).max()) <= 1 + 1e-9

    def test_a_wrong_margin_is_found_out_by_the_attack(self, at_rest, monkeypatch):
        rule, state, certificate = at_rest
        honest = Linearization.at(rule, state)
        forged = replace(honest, units=honest.units * 1000)
        monkeypatch.setattr(affine.Linearization, "at", lambda *_: forged)
        flattering = affine_certificate(rule, state)
        assert flattering.delta > 2 * certificate.delta
        monkeypatch.undo()
        attacks = worst(rule, state, 0.99 * flattering.delta, tries=2)
        ring = attacks[(slice(None), *honest.ring.T)].reshape(len(attacks), -1)
        told = after(honest, 3)
        ends = rule.grow(state + attacks, 3)
        mine = (ends - state)[(slice(None), *honest.cells.T)]
        carried = torch.einsum("ncx,bx->bnc", told, ring)
        assert float((mine - carried).abs().max()) > 1e-9

    def test_disturbances_that_do_not_die_down_are_refused(self, at_rest, monkeypatch):
        monkeypatch.setattr(affine, "spectral_radius", lambda _: 1.0)
        with pytest.raises(NotCertifiableError, match=r"spectral radius 1\.0000 must be below 1"):
            affine_certificate(*at_rest[:2])

    def test_a_residual_that_margins_do_not_bear_is_refused(self, at_rest, monkeypatch):
        monkeypatch.setattr(affine, "residual_of", lambda *_: 1e-4)
        with pytest.raises(NotCertifiableError, match="thousandth of a margin"):
            affine_certificate(*at_rest[:2])

    def test_creatures_that_are_too_large_are_refused(self, at_rest, monkeypatch):
        monkeypatch.setattr(affine, "MEMORY_BYTES", 1000)
        with pytest.raises(NotCertifiableError, match="too large"):
            affine_certificate(*at_rest[:2])

    def test_wounds_that_come_near_are_counted_with_their_steps(self, at_rest):
        rule, state, certificate = at_rest
        found = ball_entries(rule, state, certificate.delta, Balls(1), limit=400)
        cuts = Balls(1).cuts(state)
        fatal = torch.zeros(len(cuts.cut_of), dtype=torch.bool)
        for wound, cut in enumerate(cuts.cut_of):
            wounded = state.clone()
            wounded[tuple(cuts.cells[cuts.removed[cut]].T)] = 0
            end = rule.grow(wounded[None], 400)[0]
            fatal[wound] = float((end - state).abs().max()) >= certificate.delta
        assert found.num_wounds == len(fatal)
        assert found.entered == int((~fatal).sum())
        assert 0 < found.entered < found.num_wounds  # without its one mature cell all is lost
        assert 0 < found.longest <= 400

    def test_a_claim_of_more_than_can_be_proven_is_found_out(self, at_rest):
        rule, state, certificate = at_rest
        space = tuple(state.shape[:-1])
        told = weighted_certificate(rule, state).to_json()
        assert 0.5 * certificate.delta < told["delta"] <= 1.005 * certificate.delta
        honest, forged, slow = Findings(), Findings(), Findings()
        checking._check_affine(told, rule, space, honest)
        assert honest.holds
        assert [said.split(":")[0] for said in honest.unverified] == [
            "noise, and disturbances of one cell"
        ]
        checking._check_affine({**told, "delta": 2 * certificate.delta}, rule, space, forged)
        assert "is claimed" in forged.problems[0]
        checking._check_affine({**told, "spectral_radius": 0.1}, rule, space, slow)
        assert "the spectral radius is" in slow.problems[0]

    def test_a_claim_about_a_larger_creature_is_proven_afresh_and_how_is_said(
        self, at_rest, monkeypatch
    ):
        rule, state, _ = at_rest
        space = tuple(state.shape[:-1])
        told = weighted_certificate(rule, state).to_json()
        monkeypatch.setattr(affine, "MEMORY_BYTES", 1000)
        honest, forged = Findings(), Findings()
        checking._check_affine(told, rule, space, honest)
        assert honest.holds
        assert "in the way of the certificate" in honest.unverified[0]
        assert "too large" in honest.unverified[0]
        checking._check_affine({**told, "delta": 1.01 * told["delta"]}, rule, space, forged)
        assert "is claimed" in forged.problems[0]

    def test_a_claim_about_one_too_large_for_any_proof_is_said_not_to_be_verified(
        self, at_rest, monkeypatch
    ):
        rule, state, _ = at_rest
        told = weighted_certificate(rule, state).to_json()
        monkeypatch.setattr(affine, "MEMORY_BYTES", 1000)
        monkeypatch.setattr(weighted, "_machine_bytes", lambda: 1000)
        found = Findings()
        checking._check_affine(told, rule, tuple(state.shape[:-1]), found)
        assert found.holds
        (said,) = found.unverified
        assert "half of this machine's memory" in said

    def test_wounds_in_real_numbers_are_said_not_to_be_followed(self, at_rest):
        rule, state, certificate = at_rest
        told = weighted_certificate(rule, state).to_json()
        told["wounds"] = ball_entries(rule, state, certificate.delta, Balls(0), 400).to_json()
        found = Findings()
        checking._check_affine(told, rule, tuple(state.shape[:-1]), found)
        assert found.holds
        assert "real numbers" in found.unverified[-1]

    @pytest.mark.parametrize(
        ("name", "factor", "problem"),
        [
            ("noise", 1.01, "is claimed"),
            ("noise_moves", 0.99, "less than can be proven"),
            ("tolerance", 1.01, "of some cell"),
            ("tolerance", None, "of some cell"),
        ],
    )
    def test_more_noise_or_more_of_one_cell_than_is_proven_is_found_out(
        self, at_rest, name, factor, problem
    ):
        rule, state, _ = at_rest
        told = weighted_certificate(rule, state).to_json()
        if name == "tolerance":
            told[name] = told[name][:-1] if factor is None else [*told[name][:-1], 1.0]
        else:
            told[name] *= factor
        found = Findings()
        checking._check_affine(told, rule, tuple(state.shape[:-1]), found)
        assert any(problem in said for said in found.problems)

    def test_the_claim_can_be_written(self, at_rest):
        told = at_rest[2].to_json()
        assert told["delta"] > 0
        assert told["shrink"] < 1
        assert told["residual"] == residual_of(*at_rest[:2])


class TestAtRandom:
    def test_the_form_falls_on_average(self, at_rest, region):
        rule, state, _ = at_rest
        assert region.decrease > 0
        generator = torch.Generator().manual_seed(5)
        small = torch.randn(state.shape, generator=generator, dtype=torch.float64) * (state != 0)
        one = state + 1e-9 * small
        before = float(region.value(one[None])[0])
        many = one.expand(400, *one.shape)
        after = region.value(rule.rollout(many, seed=3, fire_rate=0.5).step().state())
        error = float(after.std()) / 20
        assert float(after.mean()) - 4 * error < before

    def test_what_begins_inside_stays_and_dies_down(self, at_rest, region):
        rule, state, _ = at_rest
        generator = torch.Generator().manual_seed(6)
        drawn = torch.randn(200, *state.shape, generator=generator, dtype=torch.float64)
        drawn *= state.any(-1, keepdim=True)
        scale = (0.05 * region.radius_squared / region.value(state + drawn)).sqrt()
        begun = state + drawn * scale.reshape(-1, *[1] * state.ndim)
        assert region.probability(0.05 * region.radius_squared) == pytest.approx(0.95)
        run = rule.rollout(begun, seed=4, fire_rate=0.5).step(400)
        left = (run.state() - state).abs().flatten(1).amax(1)
        assert int((left < 1e-9).sum()) >= 185  # 190 on average, were the bound all there is

    def test_what_disturbs_a_dead_cell_is_outside(self, at_rest, region):
        state = at_rest[1]
        outside = state.clone()
        outside[(0,) * (state.ndim - 1)] = 1e-6
        assert float(region.value(outside[None])[0]) == float("inf")
        assert float(region.value(state[None])[0]) == 0

    def test_the_chance_from_the_seed(self, at_rest, region):
        rule, state, _ = at_rest
        start = voxnca.seed(rule.config, tuple(state.shape[:-1]))
        chance = bound_chance(rule, region, start, name="the seed", num_trials=20)
        assert chance.successes == 20
        assert chance.bound == pytest.approx(0.01 ** (1 / 20) * 0.999)

    @pytest.mark.parametrize("fire_rate", [0.0, 1.0, -1])
    def test_rates_that_are_none(self, at_rest, fire_rate):
        with pytest.raises(ArgumentError, match="fire_rate"):
            mean_square_certificate(*at_rest[:2], fire_rate)

    def test_the_bound_is_that_of_clopper_and_pearson(self):
        assert reach_bound(100, 100, 0.99) == pytest.approx(0.01 ** (1 / 100))
        assert reach_bound(0, 10, 0.99) == 0
        assert reach_bound(5, 10, 0.95) == pytest.approx(0.2224, abs=1e-4)
        with pytest.raises(ArgumentError, match="successes"):
            reach_bound(3, 2, 0.99)
        with pytest.raises(ArgumentError, match="confidence"):
            reach_bound(1, 2, 1.0)
