// How it works: one real cell's step, drawn from the numbers that the server sends.
(() => {
  const { computed } = window.Vue;

  const CHANNELS = ["red", "green", "blue", "alpha"];
  const MAX_UNITS = 256; // more squares than this say nothing more
  const ALIVE = 0.1;
  const MIN_SCALE = 0.1;
  const ROUND = [1, 2, 3, 5, 10];
  const BAR = 10; // width of a bar and its gap
  const HALF = 16; // height of a full bar

  const clamped = (value) => Math.min(1, Math.max(0, value || 0));

  function number(value) {
    if (value === null) return "–"; // not finite
    const said = value.toFixed(3);
    return said === "-0.000" ? "0.000" : said.replace("-", "−");
  }

  function signed(value) {
    const said = number(value);
    return "–−".includes(said[0]) ? said : `+${said}`;
  }

  function channel(index) {
    return CHANNELS[index] || `hidden ${index - 3}`;
  }

  // A round number that holds all values, so that the scale seldom jumps.
  function scaleOf(values) {
    const largest = Math.max(MIN_SCALE, ...values.map((value) => Math.abs(value || 0)));
    const ten = 10 ** Math.floor(Math.log10(largest));
    return Number((ten * ROUND.find((round) => round * ten >= largest)).toPrecision(1));
  }

  // Straight colour from premultiplied RGBA.
  function color(rgba) {
    const alpha = clamped(rgba[3]);
    const [r, g, b] = rgba.slice(0, 3).map((c) => (alpha ? 255 * clamped(c / alpha) : 0));
    return `rgb(${r.toFixed(0)} ${g.toFixed(0)} ${b.toFixed(0)} / ${alpha.toFixed(3)})`;
  }

  function spokenColor(rgba) {
    return CHANNELS.map((name, index) => `${name} ${number(rgba[index])}`).join(", ");
  }

  const Swatch = {
    props: { rgba: { type: Array, required: true }, label: { type: String, required: true } },
    template: `
      <div class="voxnca-lesson-swatch">
        <span role="img" :aria-label="label + ': ' + spokenColor(rgba)"><i :style="{ background: color(rgba) }"></i></span>
        <small>{{ label }}</small>
      </div>`,
    setup: () => ({ color, spokenColor }),
  };

  // One bar a channel, up for more than zero and down for less.
  const Bars = {
    props: {
      values: { type: Array, required: true },
      scale: { type: Number, required: true },
      label: { type: String, required: true },
      off: { type: Boolean, default: false },
    },
    template: `
      <svg class="voxnca-lesson-bars" :class="{ 'voxnca-lesson-off': off }" role="img"
        :viewBox="'0 0 ' + 10 * values.length + ' 33'" preserveAspectRatio="none" :aria-label="spoken">
        <line x1="0" y1="16.5" :x2="10 * values.length" y2="16.5"></line>
        <rect v-for="bar in bars" :key="bar.at" :x="bar.at" :y="bar.y" :height="bar.height"
          width="8" :class="bar.color"><title>{{ bar.title }}</title></rect>
      </svg>`,
    setup(props) {
      const bars = computed(() =>
        props.values.map((value, index) => {
          const height = HALF * Math.min(1, Math.abs(value || 0) / props.scale);
          const y = HALF + 0.5 - (value > 0 ? height : 0);
          const title = `${channel(index)} ${signed(value)}`;
          return { at: BAR * index + 1, y, height, title, color: CHANNELS[index] || "hidden" };
        }),
      );
      const spoken = computed(() => {
        const hidden = props.values.length - CHANNELS.length;
        const said = bars.value.slice(0, CHANNELS.length).map((bar) => bar.title);
        return `${props.label}: ${said.join(", ")}` + (hidden ? `, and ${hidden} hidden` : "");
      });
      return { bars, spoken };
    },
  };

  // The alpha of the 3 x 3 or 3 x 3 x 3 cells round the cell, layer by layer.
  const Around = {
    props: { gate: { type: Object, required: true }, label: { type: String, required: true } },
    template: `
      <div class="voxnca-lesson-gate">
        <div class="voxnca-lesson-verdict">
          <span>{{ label }}</span>
          <span>largest <b>{{ number(gate.largest) }}</b></span>
          <span :class="gate.alive ? 'voxnca-lesson-yes' : 'voxnca-lesson-no'">{{
            gate.alive ? '✓ above 0.1' : '✗ not above 0.1' }}</span>
        </div>
        <div class="voxnca-lesson-layers" role="img"
          :aria-label="label + ': ' + live + ' of ' + gate.alphas.length + ' cells have alpha above 0.1'">
          <div v-for="layer in layers" :key="layer.name">
            <div class="voxnca-lesson-layer">
              <i v-for="cell in layer.cells" :key="cell.index" :title="cell.title" :class="cell.kind"
                ><b :style="{ opacity: cell.alpha }"></b></i>
            </div>
            <small v-if="layers.length > 1">{{ layer.name }}</small>
          </div>
        </div>
      </div>`,
    setup(props) {
      const live = computed(() => props.gate.alphas.filter((alpha) => alpha > ALIVE).length);
      const layers = computed(() => {
        const { alphas } = props.gate;
        const middle = (alphas.length - 1) / 2;
        const cells = alphas.map((alpha, index) => ({
          index,
          alpha: clamped(alpha),
          title: alpha === null ? "outside the grid" : `alpha ${number(alpha)}`,
          kind: {
            outside: alpha === null,
            live: alpha > ALIVE,
            own: index === middle,
          },
        }));
        const names = alphas.length > 9 ? ["below", "its layer", "above"] : [""];
        return names.map((name, z) => ({ name, cells: cells.slice(9 * z, 9 * z + 9) }));
      });
      return { layers, live, number };
    },
  };

  const SENSES = {
    identity: () => "itself",
    sobel: (axis) => `change along\u00a0${axis}`,
    difference: (axis) => `change along\u00a0${axis}`,
    faces: (axis) => `neighbour at\u00a0${axis}`,
    learned: (axis) => `learned filter\u00a0${axis}`,
    neighbour_sum: () => "sum of neighbours",
    laplacian: () => "contrast around",
  };

  const VoxncaLesson = {
    components: { Around, Bars, Swatch },
    props: {
      lesson: { type: Object, default: null },
      loss: { type: [Number, String], default: null },
    },
    emits: ["step", "another"],
    template: `
      <p v-if="!lesson" class="voxnca-lesson-none" role="status">
        No cell is alive, so there is none to follow. Let the creature grow again, and one will be
        picked at its surface.
      </p>
      <div v-else class="voxnca-lesson-body">
        <p>Every cell runs the same tiny network and sees only the cells that touch it. Here is one
          real cell, and what it does in its next step.</p>
        <div class="voxnca-lesson-hero">
          <swatch :rgba="lesson.before" label="now"></swatch>
          <span aria-hidden="true">→</span>
          <swatch :rgba="lesson.after" label="next"></swatch>
          <dl>
            <div><dt>cell</dt><dd>{{ place }}</dd></div>
            <div><dt>step</dt><dd>{{ lesson.step_index }} → {{ lesson.step_index + 1 }}</dd></div>
          </dl>
        </div>
        <div class="voxnca-lesson-actions">
          <v-btn size="small" variant="tonal" color="primary" prepend-icon="mdi-skip-next"
            @click="$emit('step')">Take this step</v-btn>
          <v-btn size="small" variant="text" prepend-icon="mdi-shuffle-variant"
            @click="$emit('another')">Another cell</v-btn>
        </div>

        <section aria-labelledby="voxnca-lesson-1">
          <h3 id="voxnca-lesson-1"><i>1</i>Perceive</h3>
          <p>The cell reads its own {{ lesson.before.length }} channels, and feels how each of them
            changes among its neighbours: {{ inputs }} numbers in all.</p>
          <p v-if="lesson.told.length">Its goal is whispered to it: what it reads of the hidden channels
            is not quite what they hold.</p>
          <p v-if="lesson.num_flags">{{ lesson.num_flags }} of them say what is round it:
            <b>{{ lesson.flags.length ? lesson.flags.join(', ') : 'nothing near' }}</b>.</p>
          <div class="voxnca-lesson-senses">
            <template v-for="sense in senses" :key="sense.name">
              <span>{{ sense.name }}<small>±{{ sense.scale }}</small></span>
              <bars :values="sense.values" :scale="sense.scale" :label="sense.name"></bars>
            </template>
            <span></span>
            <div class="voxnca-lesson-legend" :style="columns" aria-hidden="true">
              <b class="red">R</b><b class="green">G</b><b class="blue">B</b><b class="alpha">A</b>
              <small v-if="lesson.before.length > 4">hidden</small>
            </div>
          </div>
          <small class="voxnca-lesson-note">A is alpha, how solid it is. Hidden channels are the
            cells' own notes to each other. ± is what a full bar stands for.</small>
        </section>

        <section aria-labelledby="voxnca-lesson-2">
          <h3 id="voxnca-lesson-2"><i>2</i>Think</h3>
          <p>Each hidden unit adds up those {{ inputs }} numbers by its own learned weights, and
            switches on if the sum is above zero. <b>{{ lesson.num_on }} of
            {{ lesson.hidden.length }}</b> are on.</p>
          <div class="voxnca-lesson-units" role="img"
            :aria-label="lesson.num_on + ' of ' + lesson.hidden.length + ' hidden units are on'">
            <i v-for="unit in units" :key="unit.index" :title="unit.title"
              ><b :style="{ opacity: unit.shade }"></b></i>
          </div>
          <small v-if="lesson.hidden.length > units.length" class="voxnca-lesson-note">The first
            {{ units.length }} of them are drawn.</small>
          <p>The last layer turns what is on into one change for each channel.</p>
          <div class="voxnca-lesson-senses">
            <span>change<small>±{{ changeScale }}</small></span>
            <bars :values="lesson.dx" :scale="changeScale" label="change"></bars>
          </div>
          <small class="voxnca-lesson-note" v-if="lesson.untrained">This rule is untrained: its last
            layer is all zeros, so the change is nothing.</small>
        </section>

        <section aria-labelledby="voxnca-lesson-3">
          <h3 id="voxnca-lesson-3"><i>3</i>Fire</h3>
          <p v-if="lesson.fire_rate < 1">No clock beats for all cells. Each throws a die in every
            step, and changes only if the number is below {{ number(lesson.fire_rate) }}.</p>
          <p v-else>The fire rate of this rule is 1: every cell changes in every step, and no die
            can stop it.</p>
          <div class="voxnca-lesson-throw">
            <span class="voxnca-lesson-die" :class="{ 'voxnca-lesson-fires': lesson.draw.fires }"
              role="img" :aria-label="'The die shows ' + thrown">
              <svg viewBox="0 0 24 24" aria-hidden="true"><circle v-for="pip in pips" :key="pip"
                :cx="pip[0]" :cy="pip[1]" r="2.1"></circle></svg></span>
            <div>
              <div class="voxnca-lesson-track" aria-hidden="true">
                <i :style="{ width: 100 * lesson.fire_rate + '%' }"></i>
                <b :style="{ left: 100 * drawn + '%' }"></b>
              </div>
              <span><b>{{ thrown }}</b> {{ lesson.draw.fires ? '&lt;' : '≥' }}
                {{ number(lesson.fire_rate) }}:
                <b :class="lesson.draw.fires ? 'voxnca-lesson-yes' : 'voxnca-lesson-no'">{{
                  lesson.draw.fires ? 'it fires' : 'it waits' }}</b></span>
            </div>
          </div>
          <table>
            <thead><tr><th scope="col"><span class="voxnca-lesson-spoken">channel</span></th>
              <th scope="col">now</th><th scope="col">change</th><th scope="col">then</th></tr></thead>
            <tbody>
              <tr v-for="row in sums" :key="row.name">
                <th scope="row"><i :class="row.name"></i>{{ row.name }}</th>
                <td>{{ number(row.now) }}</td>
                <td :class="{ 'voxnca-lesson-waits': !lesson.draw.fires }">{{ signed(row.change) }}</td>
                <td><b>{{ number(row.then) }}</b></td>
              </tr>
            </tbody>
          </table>
        </section>

        <section aria-labelledby="voxnca-lesson-4">
          <h3 id="voxnca-lesson-4"><i>4</i>Live or die</h3>
          <p>A cell lives only if it, or a cell that touches it, has alpha above 0.1. That is asked
            before the step and after it; a cell that fails is wiped to zero.</p>
          <div class="voxnca-lesson-gates" :class="{ flat: lesson.cell.length === 2 }">
            <around :gate="lesson.pre" label="Before"></around>
            <around :gate="lesson.post" label="After"></around>
          </div>
          <p class="voxnca-lesson-end"><b :class="lives ? 'voxnca-lesson-yes' : 'voxnca-lesson-no'">{{
            lives ? 'It lives' : 'It is wiped' }}</b>{{ lives
            ? ' and keeps its numbers.' : ': all its channels are zero.' }}</p>
        </section>

        <section aria-labelledby="voxnca-lesson-5">
          <h3 id="voxnca-lesson-5"><i>5</i>Learn</h3>
          <p>Nobody wrote the weights. Training grows the creature, measures how wrong it is, and
            nudges every weight a little towards less wrong, thousands of times.</p>
          <div v-if="lesson.wanted" class="voxnca-lesson-hero voxnca-lesson-wanted">
            <swatch :rgba="lesson.after" label="next"></swatch>
            <span aria-hidden="true">{{ lesson.error < 0.01 ? '≈' : '≠' }}</span>
            <swatch :rgba="lesson.wanted" label="target"></swatch>
            <dl><div><dt>error of this cell</dt><dd>{{ number(lesson.error) }}</dd></div></dl>
          </div>
        </section>

        <section aria-labelledby="voxnca-lesson-6" class="voxnca-lesson-training">
          <h3 id="voxnca-lesson-6">What training does</h3>
          <h4>The loss: one number for how wrong it is</h4>
          <div class="voxnca-lesson-formula" role="math"
            aria-label="loss equals the sum over all cells of colour minus wanted colour, squared, divided by four times the solid cells of the target">
            <span>loss =</span>
            <span class="voxnca-lesson-ratio">
              <span>sum over all cells of (colour − wanted)²</span>
              <span>4 × solid cells of the target</span>
            </span>
          </div>
          <p>Colour is red, green, blue and alpha. An empty grid scores about 1 and a perfect creature
            0. Small fines come on top, for values that run away and for matter outside the target.</p>
          <div v-if="said" class="voxnca-lesson-loss"><span>loss now</span><b>{{ said }}</b></div>
          <h4>Why the last layer starts at zero</h4>
          <p>An untrained rule then does nothing: the seed stands still instead of exploding into
            noise. Learning starts from that calm, one small change at a time.</p>
          <h4>Why damage in training buys self-repair</h4>
          <p>Some creatures are wounded while they train, and the wound counts as error: only growing
            it back lowers the loss. A rule that never saw a wound never had a reason to learn that.</p>
        </section>
      </div>`,

    setup(props) {
      const told = (compute) => computed(() => (props.lesson ? compute(props.lesson) : null));

      const place = told(({ cell }) =>
        cell.map((at, axis) => `${"zyx".slice(-cell.length)[axis]} ${at}`).join(", "),
      );
      const inputs = told(
        ({ senses, before, num_flags }) => senses.length * before.length + num_flags,
      );
      const senses = told((lesson) => {
        const names = lesson.senses.map((sense) => SENSES[sense.kernel](sense.axis));
        const others = lesson.senses.slice(1).flatMap((sense) => sense.values);
        return lesson.senses.map(({ kernel, values }, index) => {
          const twice = names.indexOf(names[index]) !== names.lastIndexOf(names[index]);
          const name = names[index] + (twice ? ` (${kernel})` : "");
          return { name, values, scale: scaleOf(index ? others : values) };
        });
      });
      const changeScale = told(({ dx }) => scaleOf(dx));
      const columns = told(({ before }) => ({
        gridTemplateColumns: `repeat(${before.length}, 1fr)`,
      }));
      const units = told(({ hidden }) => {
        const scale = scaleOf(hidden);
        return hidden.slice(0, MAX_UNITS).map((value, index) => ({
          index,
          shade: value > 0 ? 0.25 + (0.75 * value) / scale : 0,
          title: value > 0 ? `on, ${number(value)}` : "off",
        }));
      });
      const drawn = told(({ draw }) => draw.number / 2 ** 32);
      // Rounded down: a number just below the limit is not to look like the limit.
      const thrown = told(() => (Math.floor(drawn.value * 1000) / 1000).toFixed(3));
      const pips = told(() => PIPS[Math.min(5, Math.floor(6 * drawn.value))]);
      const sums = told(({ before, dx, draw }) =>
        CHANNELS.map((name, index) => ({
          name,
          now: before[index],
          change: dx[index],
          then: before[index] + (draw.fires ? dx[index] : 0),
        })),
      );
      const lives = told(({ pre, post }) => pre.alive && post.alive);
      const said = computed(() => {
        const loss = Number(props.loss);
        if (props.loss === null || props.loss === "" || !Number.isFinite(loss)) return "";
        return loss.toPrecision(3);
      });

      return {
        changeScale, columns, drawn, inputs, lives, number, pips, place, said, senses,
        signed, sums, thrown, units,
      };
    },
  };

  const [NEAR, MID, FAR] = [6.5, 12, 17.5];
  const PIPS = [
    [[MID, MID]],
    [[NEAR, NEAR], [FAR, FAR]],
    [[NEAR, NEAR], [MID, MID], [FAR, FAR]],
    [[NEAR, NEAR], [NEAR, FAR], [FAR, NEAR], [FAR, FAR]],
    [[NEAR, NEAR], [NEAR, FAR], [MID, MID], [FAR, NEAR], [FAR, FAR]],
    [[NEAR, NEAR], [NEAR, MID], [NEAR, FAR], [FAR, NEAR], [FAR, MID], [FAR, FAR]],
  ];

  window.voxncaLesson = {
    install(app) {
      app.component("VoxncaLesson", VoxncaLesson);
    },
  };
})();
