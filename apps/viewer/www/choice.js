// A list in which every name has a picture and a line about it.
(() => {
  window.VoxncaChoice = {
    props: {
      modelValue: { type: String, default: null },
      items: { type: Array, default: () => [] },
      label: { type: String, required: true },
    },
    emits: ["update:modelValue"],
    template: `
      <v-select :model-value="modelValue" :items="items" :label="label" variant="outlined"
        density="comfortable" hide-details @update:model-value="$emit('update:modelValue', $event)">
        <template v-slot:item="{ props, item }">
          <v-list-item v-bind="props" class="voxnca-choice">
            <template v-slot:prepend>
              <span class="voxnca-thumbnail">
                <img v-if="item.raw.picture" :src="item.raw.picture" alt="">
              </span>
            </template>
          </v-list-item>
        </template>
        <template v-slot:selection="{ item }">
          <span class="voxnca-thumbnail voxnca-chosen">
            <img v-if="item.raw.picture" :src="item.raw.picture" alt="">
          </span>
          <span class="v-select__selection-text">{{ item.title }}</span>
        </template>
      </v-select>`,
  };
})();
