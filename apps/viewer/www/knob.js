// A slider that tells where it was left, not every place it passed on the way there.
(() => {
  const { ref, watch } = window.Vue;
  const REST_MS = 250;

  window.VoxncaKnob = {
    props: {
      label: { type: String, required: true },
      value: { type: Number, required: true },
      low: { type: Number, required: true },
      high: { type: Number, required: true },
      step: { type: Number, required: true },
      note: { type: String, default: "" },
    },
    emits: ["turn"],
    inheritAttrs: false, // a title is the slider's
    template: `
      <label class="text-body-2">{{ label }}: <b>{{ shown }}</b> <small v-if="note">{{ note }}</small></label>
      <v-slider :model-value="place" :min="low" :max="high" :step="step" color="primary"
        density="compact" hide-details :aria-label="label" v-bind="$attrs" @update:model-value="move"></v-slider>`,

    setup(props, { emit }) {
      const place = ref(props.value);
      const shown = ref(props.value);
      let timer = null;

      watch(
        () => props.value,
        (value) => {
          if (timer === null) place.value = shown.value = value;
        },
      );

      function move(value) {
        // Steps of a tenth add up to 0.30000000000000004.
        place.value = value;
        shown.value = Number(value.toFixed(4));
        clearTimeout(timer);
        timer = setTimeout(() => {
          timer = null;
          emit("turn", shown.value);
        }, REST_MS);
      }

      return { move, place, shown };
    },
  };
})();
