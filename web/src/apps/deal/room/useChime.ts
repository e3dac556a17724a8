import { useRef, useState } from 'react';

const tones = [660, 880];
const toneSeconds = 0.18;

/** Two short tones, for whoever has asked for them: a browser plays none without a press before. */
export function useChime(): { isOn: boolean; toggle: () => void; play: () => void } {
  const audio = useRef<AudioContext | null>(null);
  const [isOn, setOn] = useState(false);

  const play = () => {
    const context = audio.current;
    if (!context) return;
    tones.forEach((hertz, at) => {
      const start = context.currentTime + at * toneSeconds;
      const tone = context.createOscillator();
      const volume = context.createGain();
      tone.frequency.value = hertz;
      volume.gain.setValueAtTime(0.12, start);
      volume.gain.exponentialRampToValueAtTime(0.001, start + toneSeconds);
      tone.connect(volume).connect(context.destination);
      tone.start(start);
      tone.stop(start + toneSeconds);
    });
  };

  const toggle = () => {
    if (audio.current) {
      void audio.current.close();
      audio.current = null;
      setOn(false);
      return;
    }
    audio.current = new AudioContext();
    setOn(true);
    play();
  };

  return { isOn, toggle, play };
}
