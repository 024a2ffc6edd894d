/** The pages of the account: times as the reader's place and language write them. */
import "../ui/main.js";
import { locale } from "../ui/words.js";
import { describeDay, describeMoment } from "./moment.js";

for (const time of document.querySelectorAll("time[data-moment]")) {
  if (!(time instanceof HTMLTimeElement)) continue;
  const { short, full } = describeMoment(time.dateTime, Date.now(), locale ?? "en");
  time.textContent = time.dataset.moment === "day" ? describeDay(time.dateTime, locale ?? "en") : short;
  time.title = full;
}
