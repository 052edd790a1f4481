// How many cells are in each state, step after step: a line a state, drawn as SVG.
(() => {
  const { computed } = window.Vue;
  const WIDTH = 272;
  const HEIGHT = 112;
  const LEFT = 44;
  const BOTTOM = 16;
  const TOP = 6;
  const MAX_LINES = 8;

  function short(value) {
    if (value >= 1e6) return `${Number((value / 1e6).toPrecision(2))} M`;
    return value >= 1e4 ? `${Number((value / 1e3).toPrecision(2))} k` : String(value);
  }

  function ceiling(value) {
    const unit = 10 ** Math.floor(Math.log10(Math.max(value, 1)));
    return [1, 2, 5, 10].map((factor) => factor * unit).find((top) => top >= value);
  }

  window.VoxncaCensus = {
    props: {
      points: { type: Array, default: () => [] }, // of [step, [cells in state 1, in state 2, ...]]
      colours: { type: Array, default: () => [] }, // of the states from 1 on
      names: { type: Array, default: () => [] },
    },
    template: `
      <svg class="voxnca-chart" :viewBox="'0 0 ${WIDTH} ${HEIGHT}'" role="img" :aria-label="words">
        <g v-for="tick in ticks" :key="tick.value">
          <line class="voxnca-grid" x1="${LEFT}" x2="${WIDTH}" :y1="tick.y" :y2="tick.y"></line>
          <text x="${LEFT - 5}" :y="tick.y + 3.5" text-anchor="end">{{ tick.text }}</text>
        </g>
        <polyline v-for="line in lines" :key="line.state" fill="none" stroke-width="1.6"
          :stroke="line.colour" :points="line.points"></polyline>
        <text x="${LEFT}" y="${HEIGHT - 3}">{{ first }}</text>
        <text x="${WIDTH}" y="${HEIGHT - 3}" text-anchor="end">step {{ last }}</text>
      </svg>`,

    setup(props) {
      const first = computed(() => props.points[0]?.[0] ?? 0);
      const last = computed(() => props.points.at(-1)?.[0] ?? 0);
      const top = computed(() => ceiling(Math.max(1, ...props.points.flatMap((point) => point[1]))));
      const height = (count) => TOP + (1 - count / top.value) * (HEIGHT - BOTTOM - TOP);
      const across = (step) =>
        LEFT + ((step - first.value) / Math.max(last.value - first.value, 1)) * (WIDTH - LEFT);
      const ticks = computed(() =>
        [0, top.value / 2, top.value].map((value) => ({ value, y: height(value), text: short(value) })),
      );
      const lines = computed(() =>
        props.colours.slice(0, MAX_LINES).map((colour, k) => ({
          state: k + 1,
          colour,
          points: props.points
            .map(([step, counts]) => `${across(step).toFixed(1)},${height(counts[k]).toFixed(1)}`)
            .join(" "),
        })),
      );
      const words = computed(() => {
        const counts = props.points.at(-1)?.[1] ?? [];
        const parts = counts.slice(0, MAX_LINES).map((count, k) => `${count} ${props.names[k]}`);
        return `Cells by state at step ${last.value}: ${parts.join(", ")}`;
      });
      return { first, last, lines, ticks, words };
    },
  };
})();
