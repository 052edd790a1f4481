// Files to the server and from it; both bear the key, which no link could.
(() => {
  const { ref } = window.Vue;

  function headers() {
    return { Authorization: `Bearer ${window.voxncaKey}` };
  }

  async function upload(file) {
    const address = new URL("upload", document.baseURI);
    address.searchParams.set("name", file.name);
    await fetch(address, { method: "POST", headers: headers(), body: file });
  }

  async function download(path, filename) {
    const answer = await fetch(new URL(`download/${path}`, document.baseURI), { headers: headers() });
    if (!answer.ok) return; // the page says why
    const link = document.createElement("a");
    link.href = URL.createObjectURL(await answer.blob());
    link.download = filename;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
  }

  function button(action) {
    return {
      props: {
        label: { type: String, required: true },
        icon: { type: String, default: "mdi-download" },
        path: { type: String, default: "" },
        filename: { type: String, default: "" },
        accept: { type: String, default: "" },
        title: { type: String, default: "" },
      },
      ...action,
    };
  }

  window.VoxncaDownload = button({
    template: `
      <v-btn variant="tonal" size="small" :prepend-icon="icon" :loading="busy" :title="title"
        @click="go">{{ label }}</v-btn>`,
    setup(props) {
      const busy = ref(false);
      async function go() {
        busy.value = true;
        try {
          await download(props.path, props.filename);
        } finally {
          busy.value = false;
        }
      }
      return { busy, go };
    },
  });

  window.VoxncaUpload = button({
    template: `
      <span>
        <v-btn variant="tonal" size="small" :prepend-icon="icon" :loading="busy" :title="title"
          @click="input.click()">{{ label }}</v-btn>
        <input ref="input" type="file" hidden :accept="accept" :aria-label="label" @change="go">
      </span>`,
    setup() {
      const busy = ref(false);
      const input = ref(null);
      async function go(event) {
        const [file] = event.target.files;
        if (!file) return;
        busy.value = true;
        try {
          await upload(file);
        } finally {
          busy.value = false;
          event.target.value = ""; // the same file again is another choice
        }
      }
      return { busy, go, input };
    },
  });
})();
