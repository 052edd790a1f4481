// Three sentences for a first visit; dismissed once, they stay away.
(() => {
  const { ref } = window.Vue;
  const STORE = "voxnca-tour-seen";

  function wasSeen() {
    try {
      return localStorage.getItem(STORE) !== null;
    } catch {
      return true; // storage is closed to us: better no tour than one that cannot be dismissed
    }
  }

  window.VoxncaTour = {
    props: {
      seeks: { type: Boolean, default: false }, // a beacon
      aims: { type: Boolean, default: false }, // at one of some goals
      trains: { type: Boolean, default: true }, // here
    },
    template: `
      <div v-if="open" class="voxnca-tour" role="dialog" aria-label="A first look">
        <p>Every cell of this creature runs the same tiny network; together they grew it from one
          seed cell.</p>
        <p><b>Click on it</b> to carve a piece out, and watch it grow back.</p>
        <p v-if="seeks"><b>Drag the beacon</b>, build walls: it finds another way.</p>
        <p v-if="aims">Choose another <b>goal</b>, and watch it turn into that.</p>
        <p v-if="trains">Choose a <b>target</b> and press <b>Train</b>: a rule learns in front of you.</p>
        <v-btn variant="flat" color="primary" size="small" @click="dismiss">Got it</v-btn>
      </div>`,
    setup() {
      const open = ref(!wasSeen());
      function dismiss() {
        open.value = false;
        localStorage.setItem(STORE, "1");
      }
      return { dismiss, open };
    },
  };
})();
