// Says every second that it is there: the server works for what is looked at alone.
(() => {
  const { onBeforeUnmount, onMounted } = window.Vue;
  const TICK_MS = 1000;

  window.VoxncaTicker = {
    emits: ["tick"],
    template: "<span hidden></span>",
    setup(_, { emit }) {
      let timer = null;
      onMounted(() => {
        emit("tick");
        timer = setInterval(() => {
          if (!document.hidden) emit("tick");
        }, TICK_MS);
      });
      onBeforeUnmount(() => clearInterval(timer));
      return {};
    },
  };
})();
