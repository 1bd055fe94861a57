// A little comfort on the trainee's page; everything works without it.
"use strict";

(() => {
  const live = document.getElementById("live");
  const say = (text) => setTimeout(() => { live.textContent = text.replace(/\s+/g, " ").trim(); }, 150);

  // What was reported is said once: an address without it does not say it again.
  const news = document.querySelector("[data-say]");
  if (news) say(news.textContent);
  if (location.search) history.replaceState(null, "", location.pathname);

  // A second tap while the first one is on its way does nothing; after 8 s one may try again.
  document.addEventListener("submit", (event) => {
    const root = document.documentElement;
    if (root.dataset.sending) {
      event.preventDefault();
      return;
    }
    root.dataset.sending = "1";
    setTimeout(() => { delete root.dataset.sending; }, 8000);
  });
  window.addEventListener("pageshow", () => { delete document.documentElement.dataset.sending; });

  // What unfolds below the thumb comes into sight.
  document.addEventListener("toggle", (event) => {
    if (event.target.open && event.target.closest(".otherwise")) {
      event.target.scrollIntoView({ block: "nearest" });
    }
  }, true);

  const rest = document.querySelector("[data-left]");
  if (!rest) return;
  const total = Number(rest.dataset.total);
  const endsAt = Date.now() + Number(rest.dataset.left) * 1000;
  const clock = rest.querySelector("[data-clock]");
  const bar = rest.querySelector("progress");
  const stop = rest.querySelector("[data-stop]");
  let told = total;
  let timer = 0;

  const finish = (text) => {
    clearInterval(timer);
    rest.classList.add("over");
    clock.textContent = text;
    bar.value = 0;
    stop.hidden = true;
    say(text);
  };
  const tick = () => {
    const left = Math.ceil((endsAt - Date.now()) / 1000);
    if (left <= 0) {
      if (navigator.vibrate) navigator.vibrate([200, 100, 200]);
      finish("다 쉬었어요. 다음 세트를 시작해요.");
      return;
    }
    clock.textContent = `${Math.floor(left / 60)}:${String(left % 60).padStart(2, "0")}`;
    bar.value = left;
    if (left <= 10 && told > 10) say("쉬는 시간이 10초 남았어요.");
    told = left;
  };
  stop.hidden = false;
  rest.querySelector("[data-until]").hidden = true;
  stop.addEventListener("click", () => finish("다음 세트를 시작해요."));
  timer = setInterval(tick, 250);
  tick();
})();
