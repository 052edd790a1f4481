// The past of the creature as a slider: dragging it goes back, a little at a time.
(() => {
  const { ref } = window.Vue;
  const SEEK_MS = 60; // between two places asked for while the mouse drags

  window.VoxncaTimeline = {
    props: {
      first: { type: Number, default: 0 },
      last: { type: Number, default: 0 },
      step: { type: Number, default: 0 },
    },
    emits: ["seek"],
    template: `
      <div class="voxnca-timeline">
        <span class="voxnca-time">{{ first }}</span>
        <input type="range" :min="first" :max="Math.max(last, first + 1)" step="1"
          :value="dragged ?? step" :disabled="last <= first"
          aria-label="Go back in time" title="Drag to go back in time"
          :aria-valuetext="'step ' + step" @input="seek" @change="settle">
        <span class="voxnca-time">{{ last }}</span>
      </div>`,

    setup(props, { emit }) {
      const dragged = ref(null);
      let timer = null;

      function ask() {
        timer = null;
        if (dragged.value !== null) emit("seek", dragged.value);
      }

      function seek(event) {
        dragged.value = Number(event.target.value);
        timer ??= setTimeout(ask, SEEK_MS);
      }

      function settle() {
        clearTimeout(timer);
        ask();
        setTimeout(() => {
          dragged.value = null;
        }, 300); // by then the page has heard where it went
      }

      return { dragged, seek, settle };
    },
  };
})();
