"""Small disturbances of larger creatures: the weighted certificate, judged by plain arithmetic."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from torch.nn.functional import linear

from analysis.certificate import weighted
from analysis.certificate.affine import affine_certificate
from analysis.certificate.linear import Linearization, NotCertifiableError, find_fixed_point
from analysis.certificate.sparse import sparse_matrix
from analysis.certificate.weighted import rounding_of_step, weighted_certificate
from apps.workshop.latched import LEAK, latched
from voxnca import NCA
from voxnca.engines import dense
from voxnca.grid import ALIVE_THRESHOLD, ALPHA

SPACES = {2: (6, 5), 3: (4, 3, 4)}
BORDERS = ("zero", "replicate", "circular")


def swelling(num_dims, border="zero", seed=0):
    """Return a rule that rests, in which disturbances grow for some steps before they die down."""
    rule = latched(num_dims, border=border, seed=seed, bias_std=0.5, weight_std=0.03)
    with torch.no_grad():
        rule.hidden.weight[9] = 0.0
        rule.hidden.weight[9, 4], rule.hidden.bias[9] = 1.0, 5.0
        rule.out.weight[:, 9] = torch.tensor([0.0, 0.0, 0.0, 0.5, 0.0, 6.0])
        rule.out.bias[5] -= 30.0  # what 4 holds is handed to 5, six times as large,
        rule.out.bias[3] -= 2.5  # and to alpha
        rule.out.weight[4] *= 0.01
        rule.out.bias[4] = 0.0
    return rule


@pytest.fixture(scope="module", params=[(d, b) for d in SPACES for b in BORDERS], ids=str)
def at_rest(request):
    """Return a rule in float64, its fixed point, and the certificate."""
    num_dims, border = request.param
    rule, state, _ = find_fixed_point(swelling(num_dims, border), SPACES[num_dims])
    return rule, state, weighted_certificate(rule, state)


def jacobian(function, state, size):
    """Return the derivatives of `size` outcomes, each taken in a copy of the state of its own."""
    copies = state.expand(size, *state.shape).clone().requires_grad_(True)
    function(copies).flatten(1).diagonal().sum().backward()
    return copies.grad.flatten(1)


class Plain:
    """The same statements, by the step itself and dense matrices."""

    def __init__(self, rule, state):
        self.rule, self.state = rule.rule(), state
        P, C = state[..., 0].numel(), state.shape[-1]
        self.alive = dense.alive(state[None], self.rule.border)[0]
        self.units = self.hidden(state[None])
        self.margins = self.units[0][self.alive].abs().reshape(-1)
        by_unit = [
            jacobian(lambda y, u=u: self.hidden(y)[..., u], state, P)[self.alive.reshape(-1)]
            for u in range(self.units.shape[-1])
        ]
        self.rows = torch.stack(by_unit, 1).flatten(0, 1)
        self.step = jacobian(lambda y: rule.grow(y, 1, engine="dense"), state, P * C)
        touched = torch.zeros(P, *state.shape, dtype=torch.float64)
        touched.reshape(P, P, C)[torch.arange(P), torch.arange(P), ALPHA] = 1.0
        self.keeps = dense.alive(touched, self.rule.border).flatten(1).T

    def hidden(self, states):
        perceived = dense.perceive(states, self.rule)
        return linear(perceived, self.rule.hidden_weight, self.rule.hidden_bias)

    def delta(self):
        """Return the least margin / reach, and the step of it."""
        carried = torch.eye(len(self.step), dtype=torch.float64)
        least, at, k = float("inf"), 0, 0
        while k <= 1 or float(carried.abs().sum(1).max()) >= 1:
            found = min(
                float((self.margins / (self.rows @ carried).abs().sum(1)).min()),
                self.life(carried.abs().sum(1)),
            )
            least, at = (found, k) if found < least else (least, at)
            carried, k = self.step @ carried, k + 1
        return least, at

    def of_each_cell(self, num_steps=200):
        """Return the least margin / reach of disturbances of each live cell alone, `(n,)`."""
        C = self.state.shape[-1]
        places = self.alive.reshape(-1).nonzero()[:, 0]
        columns = (places[:, None] * C + torch.arange(C)).T  # (C, n)
        carried = torch.eye(len(self.step), dtype=torch.float64)
        least = torch.full((len(places),), torch.inf, dtype=torch.float64)
        for _ in range(num_steps):
            felt = (self.rows @ carried).abs()[:, columns].sum(1)
            least = torch.minimum(least, (self.margins[:, None] / felt.clamp(min=1e-300)).amin(0))
            reach = carried.abs()[:, columns].sum(1)
            each = torch.tensor([self.life(one) for one in reach.T])
            least, carried = torch.minimum(least, each), self.step @ carried
        return least

    def noise(self, num_steps=400):
        """Return the least margin / reach of noise in all values, step after step."""
        carried = torch.eye(len(self.step), dtype=torch.float64)
        felt = torch.zeros_like(self.margins)
        reach = torch.zeros(len(self.step), dtype=torch.float64)
        for _ in range(num_steps):
            felt += (self.rows @ carried).abs().sum(1)
            reach += carried.abs().sum(1)
            carried = self.step @ carried
        return min(float((self.margins / felt).min()), self.life(reach))

    def life(self, reach):
        reach = reach.reshape(self.state.shape)[..., ALPHA].reshape(-1).clamp(min=1e-300)
        gap = (self.state[..., ALPHA].reshape(-1) - ALIVE_THRESHOLD) / reach
        alive = self.alive.reshape(-1)
        held = torch.where(self.keeps[alive], gap, -torch.inf).amax(1).min()
        if alive.all():
            return float(held)
        return float(torch.minimum(held, -gap[self.keeps[~alive].any(0)].max()))


def lasting(rule, state, disturbances, num_steps=400):
    ends = rule.grow(state + disturbances, num_steps)
    return (ends - state).abs().flatten(1).amax(1)


def attacks(rule, state, size, tries=8, iterations=20, horizon=5):
    """Look for disturbances of a size that die down least: projected gradient ascent."""
    generator = torch.Generator().manual_seed(1)
    found = size * torch.randn(tries, *state.shape, generator=generator, dtype=torch.float64).sign()
    for _ in range(iterations):
        found = found.requires_grad_(True)
        ends = rule.grow(state + found, horizon, engine="dense")
        (ends - state).square().sum().backward()
        found = (found + size / 5 * found.grad.sign()).clamp(-size, size).detach()
    return found


def test_it_promises_no_more_than_is_so_and_hardly_less(at_rest):
    rule, state, certificate = at_rest
    least, step = Plain(rule, state).delta()
    assert step > 0, "disturbances must grow first, or later steps are not put to the test"
    assert certificate.binding["step"] == step
    assert certificate.binding["kind"] == "unit"
    assert 0.95 * least < certificate.delta < least


def test_it_agrees_with_the_certificate_of_small_creatures(at_rest):
    rule, state, certificate = at_rest
    other = affine_certificate(rule, state)
    assert certificate.delta == pytest.approx(other.delta, rel=0.01)
    assert certificate.spectral_radius == other.spectral_radius
    assert certificate.num_conditions == other.num_conditions
    assert certificate.power <= other.horizon


def test_of_one_cell_it_promises_no_more_than_is_so_and_not_much_less(at_rest):
    rule, state, certificate = at_rest
    least = Plain(rule, state).of_each_cell()
    shares = torch.from_numpy(certificate.tolerance) / least
    assert float(shares.max()) < 1
    assert float(shares.median()) > 0.6
    assert (certificate.tolerance >= certificate.delta).all()
    assert float(np.median(certificate.tolerance)) > 2 * certificate.delta


def test_of_noise_it_promises_no_more_than_is_so_and_not_much_less(at_rest):
    rule, state, certificate = at_rest
    least = Plain(rule, state).noise()
    assert 0.5 * least < certificate.noise < least
    generator = torch.Generator().manual_seed(2)
    furthest, states = 0.0, state[None]
    for _ in range(300):
        signs = torch.randint(0, 2, state.shape, generator=generator) * 2 - 1
        states = rule.grow(states, 1) + 0.99 * certificate.noise * signs
        alive = (state != 0).any(-1)
        furthest = max(furthest, float((states[0] - state)[alive].abs().max()))
    assert 0 < furthest <= certificate.noise_moves
    assert float(lasting(rule, state, states - state)) < 1e-9


def test_a_power_shrinks_the_weighted_size(at_rest):
    rule, state, certificate = at_rest
    matrix = sparse_matrix(Linearization.at(rule, state)).toarray()
    power = np.abs(np.linalg.matrix_power(matrix, certificate.power))
    v = certificate.weights.reshape(-1)
    assert (v > 0).all()
    assert (power @ v <= certificate.shrink * v * (1 + 1e-9)).all()
    assert certificate.shrink < 1


def test_no_adversary_escapes(at_rest):
    rule, state, certificate = at_rest
    size = 0.99 * certificate.delta
    generator = torch.Generator().manual_seed(2)
    drawn = torch.randn(32, *state.shape, generator=generator, dtype=torch.float64).sign()
    every = torch.cat([attacks(rule, state, size), size * drawn])
    assert float(lasting(rule, state, every).max()) < 1e-9


def worst_direction(plain, step):
    """Return the disturbance of size 1 that goes most straight for a hidden unit after steps."""
    carried = torch.linalg.matrix_power(plain.step, step)
    reach = plain.rows @ carried
    place = int((plain.margins / reach.abs().sum(1)).argmin())
    units = plain.units[0][plain.alive].reshape(-1)
    return (-torch.sign(units[place]) * torch.sign(reach[place])).reshape(plain.state.shape)


def leaves(plain, rule, direction, step):
    """Tell whether a disturbance moves a hidden unit to its other side after so many steps."""
    end = rule.grow((plain.state + direction)[None], step)
    sides = (plain.hidden(end)[0] > 0) != (plain.units[0] > 0)
    return bool(sides[plain.alive].any())


def test_it_is_what_the_worst_disturbance_bears(at_rest):
    rule, state, certificate = at_rest
    plain, step = Plain(rule, state), certificate.binding["step"]
    direction = worst_direction(plain, step)
    assert not leaves(plain, rule, 0.99 * certificate.delta * direction, step)
    assert leaves(plain, rule, 1.06 * certificate.delta * direction, step)


def test_margins_that_are_twice_too_large_are_found_out(at_rest, monkeypatch):
    rule, state, certificate = at_rest
    honest = Linearization.at(rule, state)
    monkeypatch.setattr(
        weighted.Linearization, "at", lambda *_: replace(honest, units=2 * honest.units)
    )
    flattering = weighted_certificate(rule, state)
    plain, step = Plain(rule, state), certificate.binding["step"]
    assert leaves(plain, rule, 0.99 * flattering.delta * worst_direction(plain, step), step)


@pytest.mark.parametrize("kind", ["dead", "live"])
def test_life_binds_where_alphas_are_near_its_threshold(at_rest, monkeypatch, kind):
    rule, state, _ = at_rest
    near, plain, forged = Linearization.at(rule, state), Plain(rule, state), state.clone()
    alphas, mature = forged[..., ALPHA], forged[..., ALPHA] > ALIVE_THRESHOLD
    if kind == "live":
        alphas[mature] = ALIVE_THRESHOLD + 1e-3
    else:
        faint = near.ring[near.below]
        live = plain.alive[tuple(faint.T)]
        alphas[tuple(faint[live].T)] = ALIVE_THRESHOLD - 1e-3
    changed = replace(near, state=forged, units=1e6 * near.units)
    monkeypatch.setattr(weighted.Linearization, "at", lambda *_: changed)
    certificate = weighted_certificate(rule, state)
    plain.state, plain.margins = forged, 1e6 * plain.margins
    least, step = plain.delta()
    assert step > 0
    assert certificate.binding["kind"] == kind
    assert certificate.binding["step"] == step
    assert 0.99 * least < certificate.delta < least


def test_without_exact_rows_it_promises_less(at_rest):
    rule, state, certificate = at_rest
    bounded = weighted_certificate(rule, state, max_exact=0)
    assert bounded.delta <= certificate.delta
    assert bounded.num_exact == 0
    assert bounded.delta > 0


def test_rounding_is_no_more_than_said():
    rule, state, _ = find_fixed_point(swelling(2), SPACES[2])
    exact = np.longdouble
    kernels = rule.all_kernels().numpy().astype(exact)
    padded = np.pad(state.numpy().astype(exact), ((1, 1), (1, 1), (0, 0)))
    windows = np.lib.stride_tricks.sliding_window_view(padded, (3, 3), (0, 1))
    perceived = np.einsum("hwcij,kij->hwkc", windows, kernels).reshape(*SPACES[2], -1)
    weights = [p.detach().numpy().astype(exact) for p in rule.parameters()]
    hidden = np.maximum(perceived @ weights[0].T + weights[1], 0)
    dx = hidden @ weights[2].T + weights[3] - exact(LEAK) * state.numpy()
    alive = dense.alive(state[None], "zero")[0].numpy()
    true = np.where(alive[..., None], state.numpy() + dx, 0)
    off = np.abs(true - rule.grow(state[None], 1)[0].numpy())
    said = rounding_of_step(rule, state).numpy()
    assert off.max() > 0
    assert (off <= said).all()
    assert said.max() < 1e-11


def test_the_claim_can_be_written(at_rest):
    told = at_rest[2].to_json()
    assert told["form"] == "weighted"
    assert told["delta"] > 0
    assert "weights" not in told


@pytest.fixture(scope="module")
def one():
    return find_fixed_point(swelling(2), SPACES[2])[:2]


class TestRefusals:
    def test_a_state_that_is_not_fixed(self, one):
        rule, state = one
        with pytest.raises(NotCertifiableError, match="no fixed point"):
            weighted_certificate(rule, state + 1e-6 * (state != 0))

    def test_disturbances_that_stay(self):
        config = replace(swelling(2).config, leak=0.0)
        still = NCA(config).double()  # at birth it does nothing, and keeps what it is given
        state = torch.zeros(*SPACES[2], 6, dtype=torch.float64)
        state[3, 2] = 1.0
        with torch.no_grad():
            still.hidden.bias.fill_(0.1)
        with pytest.raises(NotCertifiableError, match=r"spectral radius 1\.0000 must be below 1"):
            weighted_certificate(still, state)

    def test_creatures_that_are_too_large(self, one):
        with pytest.raises(NotCertifiableError, match="as memory_bytes says; raise it"):
            weighted_certificate(*one, memory_bytes=1000)

    def test_one_too_large_for_the_machine(self, one, monkeypatch):
        monkeypatch.setattr(weighted, "_machine_bytes", lambda: 1000)
        with pytest.raises(NotCertifiableError, match="half of this machine's memory"):
            weighted_certificate(*one)

    def test_disturbances_that_take_too_long(self, one, monkeypatch):
        monkeypatch.setattr(weighted, "_MAX_POWER", 1)
        with pytest.raises(NotCertifiableError, match="after 1 steps"):
            weighted_certificate(*one)

    def test_a_residual_that_margins_do_not_bear(self, one, monkeypatch):
        monkeypatch.setattr(weighted, "residual_of", lambda *_: 1e-2)
        with pytest.raises(NotCertifiableError, match="of a margin"):
            weighted_certificate(*one)
