"""Wounds proven to heal: what is claimed, and a checker that believes nothing."""

import json
from copy import deepcopy
from dataclasses import replace
from itertools import product

import numpy as np
import pytest
import torch

import voxnca
from analysis import certificate
from analysis.certificate import (
    Balls,
    Certificate,
    Fate,
    Machine,
    NotAtRestError,
    StandardWounds,
    WoundProof,
    check,
    grown_home,
    model_digest,
    read_certificate,
    write_certificate,
)
from voxnca import ArgumentError, FileError
from voxnca.parts import finish
from voxnca.trial import Trial


@pytest.fixture(scope="module")
def model():
    return voxnca.load("proven")


@pytest.fixture(scope="module")
def twin(model):
    return voxnca.to_integer(model)


@pytest.fixture(scope="module")
def space(model):
    return Trial.of(model, model.target).space


@pytest.fixture(scope="module")
def home(twin, space):
    return grown_home(twin, space)


@pytest.fixture(scope="module")
def proofs(twin, space, home):
    proofs = [WoundProof(twin, family, space, home) for family in (StandardWounds(), Balls(1))]
    for proof in proofs:
        for _ in proof.go_on():
            pass
    return proofs


@pytest.fixture(scope="module")
def claimed(model, proofs):
    """Return a certificate as it is read from a file."""
    written = Certificate.of(model, proofs).to_json()
    return json.loads(json.dumps(written))


def found(fields, model, **options):
    return finish(check(Certificate.from_json(deepcopy(fields)), model, **options))


class TestFamilies:
    @pytest.mark.parametrize(("num_dims", "radii"), [(2, [0, 1, 2, 4]), (3, [0, 1, 2, 3, 4])])
    def test_balls_have_all_radii_at_which_they_gain_cells(self, num_dims, radii):
        assert list(Balls(2).squared_radii(num_dims)) == radii

    def test_all_balls_that_touch_the_body_are_dealt_and_no_other(self):
        state = torch.zeros(5, 6, 4)
        state[2, 3] = state[2, 4] = torch.tensor([0.1, 0.2, 0.3, 1.0])
        cuts = Balls(1).cuts(state)
        expected = {
            (squared, center, cell)
            for squared in (0, 1)
            for center in product(range(5), range(6))
            for cell in ((2, 3), (2, 4))
            if (center[0] - cell[0]) ** 2 + (center[1] - cell[1]) ** 2 <= squared
        }
        dealt = {
            (int(squared), tuple(center.tolist()), tuple(cell.tolist()))
            for squared, center, cut in zip(
                cuts.squared_radii, cuts.centers, cuts.cut_of, strict=True
            )
            for cell in cuts.cells[cuts.removed[cut]]
        }
        assert dealt == expected
        assert len(cuts.removed) == 3  # the one, the other, both

    def test_the_standard_wound_of_each_solid_cell_takes_a_quarter(self, home):
        state = home.phases[0]
        cuts = StandardWounds().cuts(state)
        solid = state[tuple(cuts.cells.T)][:, 3].numpy() > 0.5
        taken = cuts.removed[:, solid].sum(1)
        assert len(cuts.centers) == solid.sum()
        assert (taken >= solid.sum() / 4).all()

    def test_what_has_no_solid_cell_has_no_standard_wound(self):
        with pytest.raises(ArgumentError, match="no solid cell"):
            StandardWounds().cuts(torch.zeros(4, 4, 4))

    @pytest.mark.parametrize("radius", [-1, 65, 1.5, True])
    def test_radii_that_are_refused(self, radius):
        with pytest.raises(ArgumentError, match=r"max_radius_cells=.* from 0 to 64"):
            Balls(radius)

    def test_families_are_read_as_they_were_written(self):
        for family in (Balls(3), StandardWounds()):
            assert certificate.family_from_json(family.to_json()) == family
        with pytest.raises(ArgumentError, match="unknown"):
            certificate.family_from_json({"kind": "squares"})


class TestFollowing:
    def test_the_pattern_rests_where_the_machine_of_whole_numbers_does(self, model, space, home):
        machine = Machine(model, space, 12)
        state = machine.run(machine.seed(), home.steps)
        told = home.phases[0].numpy().reshape(state.shape) * 2**12
        assert np.array_equal(state, told)
        assert machine.circle(state, home.period) is not None

    def test_what_changes_for_longer_than_the_limit_is_undecided(self, twin, space):
        ending = certificate.settle(twin, voxnca.seed(twin.config, space), 8)
        assert not ending.is_proven
        assert ending.period is None
        assert ending.steps == 8

    def test_nothing_left_stays_so(self, twin, space, home):
        dead = torch.zeros_like(home.phases)
        ending = certificate.settle(twin, dead, 100)
        assert (ending.period, ending.is_proven) == (1, True)
        assert not ending.phases.any()

    def test_real_numbers_prove_nothing(self, model, space):
        with pytest.raises(ArgumentError, match=r"state_bits=None.*to_integer"):
            grown_home(model, space)

    def test_random_firing_proves_nothing(self, model, space):
        at_random = voxnca.NCA(replace(model.config, fire_rate=0.5))
        with pytest.raises(ArgumentError, match=r"fire_rate=0.5"):
            grown_home(voxnca.to_integer(at_random), space)

    def test_a_rule_that_dies_out_has_nothing_to_wound(self, model, space):
        fading = voxnca.NCA(model.config)
        with torch.no_grad():
            fading.out.bias.fill_(-0.2)
        with pytest.raises(NotAtRestError, match="dies out"):
            grown_home(voxnca.to_integer(fading), space)

    @pytest.mark.parametrize("every", [(1, 2), (2, 1)])
    def test_a_run_ends_alike_whatever_runs_beside_it(self, twin, space, home, every):
        proof = WoundProof(twin, Balls(1), space, home)
        batch = [proof._wounded(n) for n in range(0, 40, every[0])]
        alone = {n: next(certificate.follow(twin, space, [r], 2000)) for n, r in enumerate(batch)}
        for ending in certificate.follow(twin, space, batch, 2000):
            assert ending.steps == alone[ending.number].steps
            assert torch.equal(ending.phases, alone[ending.number].phases)


class TestProofs:
    def test_small_wounds_of_the_shipped_heart_heal_to_the_last(self, proofs):
        total = proofs[1].total()
        assert total.num_wounds == 414
        assert total.healed == 414

    def test_the_figures_promised_of_a_small_target_hold(self, proofs, model, home):
        assert proofs[0].total().share >= 0.8
        grown = certificate.Home.of(model, home)
        assert grown.iou >= 0.98
        assert grown.rgb_error <= 0.05

    def test_counts_of_part_of_a_family_are_those_of_whole_radii(self, twin, space, home):
        proof = WoundProof(twin, Balls(2), space, home)
        batches = proof.go_on(batch_size=200)
        next(batches)
        assert not proof.is_complete
        assert proof.total() is None
        assert [count.radius_cells for count in proof.by_radius()] == [0]

    def test_a_proof_goes_on_where_it_stopped(self, twin, space, home, proofs):
        begun = WoundProof(twin, Balls(1), space, home)
        next(begun.go_on(batch_size=100))
        kept = json.loads(json.dumps(begun.to_json()))
        resumed = WoundProof(twin, Balls(1), space, home).resumed(kept)
        assert len(resumed.verdicts) == 100
        for _ in resumed.go_on():
            pass
        assert resumed.to_json() == proofs[1].to_json()

    def test_a_proof_of_other_wounds_is_not_taken_up(self, twin, space, home, proofs):
        with pytest.raises(ValueError, match="another family"):
            WoundProof(twin, Balls(2), space, home).resumed(proofs[0].to_json())

    def test_a_wound_that_takes_all_is_proven_to_fail(self, twin, space, home):
        proof = WoundProof(twin, Balls(16), space, home)
        proof.cuts = proof.cuts._replace(removed=np.ones((1, len(proof.cuts.cells)), bool))
        for _ in proof.go_on():
            pass
        assert proof.verdicts[0].fate is Fate.FAILED
        assert [other.is_dead for other in proof.elsewhere.values()] == [True]


class TestChecking:
    def test_what_was_proven_holds(self, claimed, model):
        result = found(claimed, model, num_threads=2)
        assert result.holds
        assert result.num_wounds == 126 + 414

    def test_a_file_is_read_as_it_was_written(self, claimed, tmp_path):
        path = tmp_path / "proof.json"
        write_certificate(Certificate.from_json(deepcopy(claimed)), path)
        again = json.loads(json.dumps(read_certificate(path).to_json()))
        assert again == claimed

    def test_a_rule_changed_by_one_weight_is_another(self, claimed, model):
        changed = voxnca.NCA(model.config)
        changed.load_state_dict(model.state_dict())
        changed.target = model.target
        with torch.no_grad():
            changed.out.weight[3, 5] += 2**-20
        assert model_digest(changed) != model_digest(model)
        assert "another" in found(claimed, changed).problems[0]

    def test_a_rule_changed_by_one_weight_is_found_out_by_its_wounds_alone(self, claimed, model):
        changed = voxnca.NCA(model.config)
        changed.load_state_dict(model.state_dict())
        changed.target = model.target
        with torch.no_grad():
            changed.out.weight[3] *= 1.3
        forged = {**claimed, "digest": model_digest(changed)}
        assert not found(forged, changed).holds

    def test_a_state_that_is_not_fixed_is_found_out(self, claimed, model):
        forged = deepcopy(claimed)
        forged["home"]["steps"] = 30
        assert "not back after 1 steps from step 30" in found(forged, model).problems[0]

    def test_a_wound_left_out_is_found_out(self, claimed, model):
        forged = deepcopy(claimed)
        balls = forged["wounds"][1]
        balls["num_wounds"] -= 1
        balls["num_cuts"] -= 1
        for name in ("steps", "periods", "distances", "ious"):
            balls[name] = balls[name][:-1]
        balls["fates"] = balls["fates"][:-1]
        assert "left out" in found(forged, model).problems[0]

    def test_a_wound_said_to_heal_that_does_not_is_found_out(self, claimed, model):
        standard = claimed["wounds"][0]
        failing = standard["fates"].find("f")
        assert failing >= 0
        forged = deepcopy(claimed)
        fates = list(standard["fates"])
        fates[failing] = "h"
        forged["wounds"][0]["fates"] = "".join(fates)
        assert any(
            "does not heal" in problem
            for problem in found(forged, model, every=max(1, failing)).problems
        )

    def test_a_wound_said_to_fail_that_heals_is_found_out(self, claimed, model):
        forged = deepcopy(claimed)
        forged["wounds"][1]["fates"] = "f" + claimed["wounds"][1]["fates"][1:]
        problems = found(forged, model, every=50).problems
        assert any("cut 0 heals" in problem for problem in problems)
        assert any("counts by radius" in problem for problem in problems)

    def test_an_end_said_to_come_too_soon_is_found_out(self, claimed, model):
        forged = deepcopy(claimed)
        forged["wounds"][1]["steps"][7] = 8
        problems = found(forged, model, every=7).problems
        assert len(problems) == 1
        assert "cut 7 is not in a state that is back" in problems[0]

    def test_counts_that_flatter_are_found_out(self, claimed, model):
        forged = deepcopy(claimed)
        forged["wounds"][0]["counts"][0]["healed"] += 1
        assert "counts by radius" in found(forged, model, every=50).problems[0]

    def test_a_pattern_said_to_be_nearer_its_target_is_found_out(self, claimed, model):
        forged = deepcopy(claimed)
        forged["home"]["rgb_error"] = 1e-4
        assert "worse than claimed" in found(forged, model).problems[0]

    def test_an_epsilon_that_lets_anything_pass_is_refused(self, claimed, model):
        assert "epsilon=0.9" in found({**claimed, "epsilon": 0.9}, model).problems[0]

    @pytest.mark.parametrize(
        "content", [b"", b"[]", b'{"format": "other"}', b"\xff\xfe", b"[" * 9999]
    )
    def test_files_that_are_none(self, content, tmp_path):
        path = tmp_path / "none.json"
        path.write_bytes(content)
        with pytest.raises(FileError, match=r"none\.json: no certificate .* voxnca certify"):
            read_certificate(path)

    def test_a_file_that_is_missing(self, tmp_path):
        with pytest.raises(FileError, match="cannot be read"):
            read_certificate(tmp_path / "nowhere.json")


@pytest.mark.parametrize(
    "config",
    [
        voxnca.ModelConfig(num_dims=2, num_channels=5, hidden_size=6, border=border, leak=1 / 32)
        for border in ("zero", "replicate", "circular")
    ]
    + [
        voxnca.ModelConfig(
            num_dims=3, num_channels=5, hidden_size=6, perception="difference", leak=1 / 16
        )
    ],
    ids=str,
)
def test_the_machine_and_the_engines_are_one_rule(config):
    rule = voxnca.NCA(replace(config, fire_rate=1.0), seed=3)
    generator = torch.Generator().manual_seed(4)
    with torch.no_grad():
        rule.out.weight.normal_(std=0.2, generator=generator)
        rule.out.bias.normal_(std=0.02, generator=generator)
    space = (9, 8, 7)[: config.num_dims]
    machine = Machine(rule, space, 12)
    twin = voxnca.to_integer(rule)
    grown = twin.grow(voxnca.seed(twin.config, space), 60)
    whole = machine.run(machine.seed(), 60)
    assert np.array_equal(grown.numpy().reshape(whole.shape) * 2**12, whole)
    assert whole.any()
