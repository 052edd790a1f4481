// The picture: paints the frames that the server sends, and sends it mouse, size and keys.
(() => {
  const { inject, nextTick, onBeforeUnmount, onMounted, ref, watch } = window.Vue;

  const CLICK_PIXELS = 4; // a drag farther than this is never a wound
  const RETRY_MS = 1000;
  const HEADER_BYTES = 32;
  const GRIP_PIXELS = 16; // round the beacon, at least: there it can be grabbed
  const ARROW_TURN = 1 / 24; // of the frame's shorter side: 7.5 degrees
  const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

  // The connection to the server: frames in order, each acknowledged when it is on the screen.
  class Stream {
    constructor(paint, hello) {
      this.paint = paint;
      this.hello = hello;
      this.closed = false;
      this.open();
    }

    open() {
      const address = new URL("stream", document.baseURI);
      address.protocol = address.protocol === "https:" ? "wss:" : "ws:";
      this.socket = new WebSocket(address);
      this.socket.binaryType = "arraybuffer";
      this.socket.onopen = () => {
        this.send({ key: window.voxncaKey });
        this.hello();
      };
      this.socket.onmessage = (event) => this.receive(event.data);
      this.socket.onclose = () => {
        if (!this.closed) this.retry = setTimeout(() => this.open(), RETRY_MS);
      };
    }

    send(message) {
      if (this.socket.readyState === WebSocket.OPEN) this.socket.send(JSON.stringify(message));
    }

    async receive(data) {
      const header = new DataView(data, 0, HEADER_BYTES);
      const [frame, run, step, wounds, final] = [0, 4, 8, 12, 16].map((at) => header.getUint32(at));
      const [beaconX, beaconY, cell] = [20, 24, 28].map((at) => header.getFloat32(at));
      try {
        const bitmap = await createImageBitmap(new Blob([data.slice(HEADER_BYTES)]));
        this.paint(bitmap, { frame, run, step, wounds, final, beaconX, beaconY, cell });
        bitmap.close();
      } finally {
        await whenVisible(); // a tab in the background asks for no more frames
        this.send({ type: "seen", frame });
      }
    }

    close() {
      this.closed = true;
      clearTimeout(this.retry);
      this.socket.close();
    }
  }

  function whenVisible() {
    if (!document.hidden) return Promise.resolve();
    return new Promise((done) => {
      document.addEventListener("visibilitychange", function shown() {
        if (document.hidden) return;
        document.removeEventListener("visibilitychange", shown);
        done();
      });
    });
  }

  // Turns pointer events into turns, pans, zooms, drags and clicks, once per screen refresh.
  class Mouse {
    constructor(canvas, send, click, kindOf) {
      this.canvas = canvas;
      this.send = send;
      this.click = click;
      this.kindOf = kindOf; // what a drag is that begins with this event
      this.pointers = new Map();
      this.pending = null;
      this.drag = null;
    }

    down(event) {
      this.canvas.setPointerCapture(event.pointerId);
      this.pointers.set(event.pointerId, event);
      if (this.pointers.size > 1) {
        if (this.drag) this.drag.moved = true;
        return;
      }
      this.drag = {
        from: event,
        last: event,
        kind: this.kindOf(event),
        moved: false,
        begun: false,
      };
    }

    move(event) {
      if (!this.drag || !this.pointers.has(event.pointerId)) return;
      if (this.pointers.size > 1) {
        this.pinch(event);
        return;
      }
      const { from, last } = this.drag;
      const reach = Math.hypot(event.clientX - from.clientX, event.clientY - from.clientY);
      this.drag.moved ||= reach > CLICK_PIXELS;
      if (!this.drag.moved) return;
      if (this.drag.kind === "stroke") {
        if (last === from) this.queue("stroke", this.place(from));
        this.queue("stroke", this.place(event));
      } else if (this.drag.kind === "beacon") {
        this.queue("beacon", this.place(event));
      } else {
        const [dx, dy] = [event.clientX - last.clientX, event.clientY - last.clientY];
        this.queue(this.drag.kind, dx, dy);
      }
      this.drag.last = event;
      this.pointers.set(event.pointerId, event);
    }

    pinch(event) {
      const other = [...this.pointers].find(([id]) => id !== event.pointerId)[1];
      const before = this.pointers.get(event.pointerId);
      const span = (a) => Math.hypot(a.clientX - other.clientX, a.clientY - other.clientY) || 1;
      this.queue("zoom", span(before) / span(event));
      this.queue("pan", (event.clientX - before.clientX) / 2, (event.clientY - before.clientY) / 2);
      this.pointers.set(event.pointerId, event);
    }

    up(event) {
      this.pointers.delete(event.pointerId);
      if (!this.drag || this.pointers.size > 0) return;
      const clicked = !this.drag.moved && this.drag.from.button === 0 && event.type === "pointerup";
      this.flush();
      this.drag = null;
      if (clicked) this.click(event);
    }

    wheel(event) {
      const lines = event.deltaMode === 1 ? 20 : 1;
      this.queue("zoom", Math.exp(event.deltaY * lines * 0.0012));
    }

    queue(type, a, b) {
      if (!this.pending) {
        this.pending = { turn: [0, 0], pan: [0, 0], zoom: 1, stroke: [], beacon: null };
        requestAnimationFrame(() => this.flush());
      }
      if (type === "stroke") {
        this.pending.stroke.push(a);
        return;
      }
      if (type === "beacon") {
        this.pending.beacon = a;
        return;
      }
      if (type === "zoom") {
        this.pending.zoom *= a;
        return;
      }
      this.pending[type][0] += a;
      this.pending[type][1] += b;
    }

    flush() {
      const pending = this.pending;
      this.pending = null;
      if (!pending) return;
      const side = Math.min(this.canvas.clientWidth, this.canvas.clientHeight) || 1;
      for (const type of ["turn", "pan"]) {
        const [dx, dy] = pending[type];
        if (dx || dy) this.send({ type, dx: dx / side, dy: dy / side });
      }
      if (pending.zoom !== 1) this.send({ type: "zoom", factor: pending.zoom });
      if (pending.stroke.length) this.sendDrag({ type: "stroke", points: pending.stroke });
      if (pending.beacon) this.sendDrag({ type: "beacon", point: pending.beacon });
    }

    sendDrag(message) {
      const frame = Number(this.canvas.dataset.frame || 0);
      this.send({ ...message, frame, begins: !this.drag?.begun });
      if (this.drag) this.drag.begun = true;
    }

    place(event) {
      const area = this.canvas.getBoundingClientRect();
      const share = (at, side) => Number(Math.min(Math.max(at / side, 0), 1).toFixed(4));
      return [
        share(event.clientX - area.left, area.width),
        share(event.clientY - area.top, area.height),
      ];
    }
  }

  const VoxncaView = {
    props: {
      label: { type: String, default: "" },
      filename: { type: String, default: "voxnca" },
      dark: { type: Boolean, default: true },
      playing: { type: Boolean, default: true },
      homes: { type: Number, default: 0 }, // grows when the camera is to go home
      shots: { type: Number, default: 0 }, // grows when a screenshot is wanted
      painting: { type: Boolean, default: false }, // an easel is shown
      draws: { type: Boolean, default: false }, // a plain drag draws
      goals: { type: Number, default: 0 }, // that keys choose
      pure: { type: Boolean, default: false }, // colours mean something: none is shaded
      labels: { type: Array, default: () => [] }, // of the creatures side by side
    },
    emits: ["rate"],
    template: `
      <div class="voxnca-view" ref="box" :class="{ 'voxnca-light': !dark }">
        <canvas ref="canvas" tabindex="0" role="img" :aria-label="label"
          :class="{ 'voxnca-grip': grips }"
          @pointerdown="mouse.down($event)" @pointermove="follow"
          @pointerup="mouse.up($event)" @pointercancel="mouse.up($event)"
          @wheel.prevent="mouse.wheel($event)" @contextmenu.prevent @keydown="arrow"></canvas>
        <div v-if="!pure" class="voxnca-shade"></div>
        <div v-if="labels.length > 1" class="voxnca-parts">
          <div v-for="label in labels" :key="label"><span>{{ label }}</span></div>
        </div>
        <div v-for="ring in rings" :key="ring.id" class="voxnca-ring"
          :style="{ left: ring.x + 'px', top: ring.y + 'px' }"></div>
      </div>`,

    setup(props, { emit }) {
      const trame = inject("trame");
      const box = ref(null);
      const canvas = ref(null);
      const rings = ref([]);
      const grips = ref(false);
      const mouse = ref({ down() {}, move() {}, up() {}, wheel() {} });
      let stream = null;
      let observer = null;
      let painted = 0;
      let ringId = 0;
      let clock = null;

      const send = (message) => stream.send(message);

      function resize() {
        const ratio = window.devicePixelRatio || 1;
        const width = box.value.clientWidth * ratio;
        const height = box.value.clientHeight * ratio;
        if (width && height) send({ type: "size", width, height, dark: props.dark });
      }

      function paint(bitmap, header) {
        const to = canvas.value;
        if (!to) return;
        if (to.width !== bitmap.width || to.height !== bitmap.height) {
          to.width = bitmap.width;
          to.height = bitmap.height;
        }
        to.getContext("2d", { alpha: false }).drawImage(bitmap, 0, 0);
        Object.assign(to.dataset, header);
        painted += 1;
      }

      function click(event) {
        const area = canvas.value.getBoundingClientRect();
        const [x, y] = mouse.value.place(event);
        send({ type: "click", frame: Number(canvas.value.dataset.frame || 0), x, y });
        if (props.painting) return;
        const ring = { id: (ringId += 1), x: event.clientX - area.left, y: event.clientY - area.top };
        rings.value = [...rings.value.slice(-3), ring];
      }

      // Whether the mouse is on the beacon, in whichever of the pictures side by side.
      function isOnBeacon(event) {
        const { beaconX, beaconY, cell } = canvas.value.dataset;
        if (props.painting || !Number(cell)) return false;
        const parts = Math.max(1, props.labels.length);
        const [x, y] = mouse.value.place(event);
        const width = canvas.value.clientWidth / parts;
        const height = canvas.value.clientHeight;
        const away = Math.hypot(((x * parts) % 1 - beaconX) * width, (y - beaconY) * height);
        return away < Math.max(GRIP_PIXELS, 0.9 * cell * height);
      }

      function kindOf(event) {
        if (event.button !== 0) return "pan";
        if (isOnBeacon(event)) return "beacon";
        return event.shiftKey || props.draws ? "stroke" : "turn";
      }

      function follow(event) {
        mouse.value.move(event);
        if (!event.buttons) grips.value = isOnBeacon(event);
      }

      function arrow(event) {
        const direction = ARROWS[event.key];
        if (direction) {
          send({ type: "turn", dx: direction[0] * ARROW_TURN, dy: direction[1] * ARROW_TURN });
          event.preventDefault();
        } else if (event.key === "+" || event.key === "-") {
          send({ type: "zoom", factor: event.key === "+" ? 0.9 : 1 / 0.9 });
        }
      }

      function shortcut(event) {
        const undoes = (event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "z";
        if (!undoes && (event.ctrlKey || event.metaKey || event.altKey)) return;
        if (event.repeat && event.key !== ".") return;
        // Where keys mean something else, in lists, sliders and text, they go on meaning it.
        const kept = undoes ? "textarea, [type=text]" : "input, textarea, [role=slider], [role=listbox]";
        const role = event.target.closest?.(kept);
        if (undoes && !role) {
          event.preventDefault();
          const redoes = event.shiftKey && props.painting;
          trame.trigger(props.painting ? (redoes ? "easel_redo" : "easel_undo") : "undo");
          return;
        }
        if (role || (event.key === " " && event.target.closest?.("button"))) return;
        const actions = {
          " ": () => trame.trigger(props.playing ? "pause" : "play"),
          ".": () => trame.trigger("step"),
          r: () => trame.trigger("reset"),
          c: () => send({ type: "home" }),
        };
        const goal = Number(event.key) - 1;
        if (goal >= 0 && goal < props.goals) {
          actions[event.key] = () => trame.trigger("set_goal", [goal]);
        }
        if (!actions[event.key]) return;
        event.preventDefault();
        actions[event.key]();
      }

      // A button keeps no focus from the mouse, so that the space bar goes on playing and pausing.
      function unfocus(event) {
        if (event.detail > 0) event.target.closest?.("button")?.blur();
      }

      function screenshot() {
        const link = document.createElement("a");
        link.download = `${props.filename}-${canvas.value.dataset.step || 0}.png`;
        link.href = canvas.value.toDataURL("image/png");
        link.click();
      }

      watch(() => props.dark, resize);
      watch(() => props.homes, () => send({ type: "home" }));
      watch(() => props.shots, screenshot);

      onMounted(() => {
        const light = window.matchMedia("(prefers-color-scheme: light)").matches;
        // When this is mounted the page round it is not yet, and would not hear of it.
        nextTick(() => trame.state.set("theme", light ? "light" : "dark"));
        // Vuetify's lists name their inner field and forget the outer one.
        for (const list of document.querySelectorAll(".v-select")) {
          const name = list.querySelector("label")?.textContent ?? "";
          list.querySelector(".v-field")?.setAttribute("aria-label", name);
        }
        stream = new Stream(paint, resize);
        mouse.value = new Mouse(canvas.value, send, click, kindOf);
        observer = new ResizeObserver(resize);
        observer.observe(box.value);
        window.addEventListener("keydown", shortcut);
        window.addEventListener("click", unfocus);
        clock = setInterval(() => {
          emit("rate", painted);
          painted = 0;
        }, 1000);
      });

      onBeforeUnmount(() => {
        clearInterval(clock);
        observer.disconnect();
        window.removeEventListener("keydown", shortcut);
        window.removeEventListener("click", unfocus);
        stream.close();
      });

      return { arrow, box, canvas, follow, grips, mouse, rings };
    },
  };

  window.voxnca = {
    install(app) {
      app.component("VoxncaView", VoxncaView);
      app.component("VoxncaChart", window.VoxncaChart);
      app.component("VoxncaCensus", window.VoxncaCensus);
      app.component("VoxncaChoice", window.VoxncaChoice);
      app.component("VoxncaTimeline", window.VoxncaTimeline);
      app.component("VoxncaDownload", window.VoxncaDownload);
      app.component("VoxncaUpload", window.VoxncaUpload);
      app.component("VoxncaKnob", window.VoxncaKnob);
      app.component("VoxncaTicker", window.VoxncaTicker);
      app.component("VoxncaTour", window.VoxncaTour);
    },
  };
})();
