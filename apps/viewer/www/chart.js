// The loss as it falls: one line on a logarithmic scale, drawn as SVG.
(() => {
  const { computed } = window.Vue;
  const WIDTH = 272;
  const HEIGHT = 112;
  const LEFT = 36;
  const BOTTOM = 16;
  const TOP = 6;

  function label(value) {
    return value >= 0.01 || value === 0 ? String(Number(value.toPrecision(1))) : value.toExponential(0);
  }

  window.VoxncaChart = {
    props: { points: { type: Array, default: () => [] }, total: { type: Number, default: 0 } },
    template: `
      <svg class="voxnca-chart" :viewBox="'0 0 ${WIDTH} ${HEIGHT}'" role="img" :aria-label="words">
        <g v-for="tick in ticks" :key="tick.value">
          <line class="voxnca-grid" x1="${LEFT}" x2="${WIDTH}" :y1="tick.y" :y2="tick.y"></line>
          <text x="${LEFT - 5}" :y="tick.y + 3.5" text-anchor="end">{{ tick.text }}</text>
        </g>
        <polyline class="voxnca-line" :points="line"></polyline>
        <circle v-if="end" class="voxnca-end" :cx="end[0]" :cy="end[1]" r="3"></circle>
        <text x="${LEFT}" y="${HEIGHT - 3}">0</text>
        <text x="${WIDTH}" y="${HEIGHT - 3}" text-anchor="end">step {{ last }}</text>
      </svg>`,

    setup(props) {
      const last = computed(() => Math.max(props.total, props.points.at(-1)?.[0] ?? 0, 1));
      const range = computed(() => {
        const losses = props.points.map((point) => Math.max(point[1], 1e-6));
        const low = Math.min(0.1, ...losses);
        const high = Math.max(0.6, ...losses);
        return [Math.log10(low) - 0.08, Math.log10(high) + 0.05];
      });
      const height = (loss) => {
        const [low, high] = range.value;
        const share = (Math.log10(Math.max(loss, 1e-6)) - low) / (high - low);
        return TOP + (1 - share) * (HEIGHT - BOTTOM - TOP);
      };
      const places = computed(() =>
        props.points.map(([step, loss]) => [
          LEFT + (step / last.value) * (WIDTH - LEFT),
          height(loss),
        ]),
      );
      const ticks = computed(() => {
        const [low, high] = range.value;
        const found = [];
        for (let power = Math.floor(low); power <= high; power += 1) {
          for (const factor of high - low > 1.6 ? [1] : [1, 3]) {
            const value = factor * 10 ** power;
            const at = Math.log10(value);
            if (at >= low && at <= high) found.push({ value, y: height(value), text: label(value) });
          }
        }
        return found;
      });
      const line = computed(() =>
        places.value.map(([x, y]) => `${x.toFixed(1)},${y.toFixed(1)}`).join(" "),
      );
      const end = computed(() => places.value.at(-1));
      const words = computed(() => {
        if (!props.points.length) return "The loss: nothing is learned yet";
        const [step, loss] = props.points.at(-1);
        return `The loss: ${loss.toPrecision(2)} at training step ${step}, on a logarithmic scale`;
      });
      return { end, last, line, ticks, words };
    },
  };
})();
