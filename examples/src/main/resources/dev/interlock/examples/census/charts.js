// Draws each figure from the table that it names, again when the colour scheme changes.
(function () {
  'use strict';
  const LONGEST_LABEL = 52;
  const MOST_LINES = 3;
  const UNITS = ['B', 'kB', 'MB', 'GB', 'TB'];
  let drawn = [];

  function colour(name) {
    return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  }

  function bytes(n) {
    let unit = 0;
    while (n >= 1000 && unit < UNITS.length - 1) {
      n /= 1000;
      unit++;
    }
    return (unit === 0 || n >= 100 ? Math.round(n) : +n.toPrecision(3)) + ' ' + UNITS[unit];
  }

  function formatter(format) {
    return format === 'bytes' ? bytes : (n) => n.toLocaleString('en');
  }

  function shortened(text) {
    if (text.length <= LONGEST_LABEL) return text;
    const half = (LONGEST_LABEL - 1) / 2;
    return text.slice(0, Math.ceil(half)) + '\u2026' + text.slice(-Math.floor(half));
  }

  function label(cell) {
    const items = Array.from(cell.querySelectorAll('.item'), (item) => shortened(item.textContent));
    if (items.length === 0) return cell.textContent;
    if (items.length <= MOST_LINES) return items;
    const more = items.length - MOST_LINES + 1;
    return items.slice(0, MOST_LINES - 1).concat('and ' + more + ' more');
  }

  // The number at the end of each bar.
  const values = {
    id: 'values',
    afterDatasetsDraw(chart, args, options) {
      const context = chart.ctx;
      const horizontal = chart.options.indexAxis === 'y';
      context.save();
      context.fillStyle = options.colour;
      context.font = '12px ' + Chart.defaults.font.family;
      context.textAlign = horizontal ? 'left' : 'center';
      context.textBaseline = horizontal ? 'middle' : 'bottom';
      chart.getDatasetMeta(0).data.forEach((bar, i) => {
        const shown = options.format(chart.data.datasets[0].data[i]);
        context.fillText(shown, bar.x + (horizontal ? 6 : 0), bar.y - (horizontal ? 0 : 4));
      });
      context.restore();
    },
  };

  function draw(figure) {
    const rows = Array.from(document.getElementById(figure.dataset.table).tBodies[0].rows);
    const labels = rows.map((row) => label(row.cells[+figure.dataset.labels]));
    const data = rows.map((row) => +row.cells[+figure.dataset.values].dataset.value);
    const horizontal = figure.dataset.direction === 'horizontal';
    const format = formatter(figure.dataset.format);
    if (horizontal) {
      const lines = labels.reduce((sum, l) => sum + (Array.isArray(l) ? l.length : 1), 0);
      figure.style.height = lines * 15 + rows.length * 14 + 70 + 'px';
    }
    const valueAxis = {
      beginAtZero: true,
      grace: horizontal ? '10%' : '8%',
      title: { display: true, text: figure.dataset.unit, color: colour('--soft') },
      ticks: { color: colour('--soft'), callback: format, maxTicksLimit: 8, precision: 0 },
      grid: { color: colour('--line') },
      border: { display: false },
    };
    const labelAxis = {
      ticks: { color: colour('--ink'), autoSkip: false, font: { size: 12 } },
      grid: { display: false },
      border: { color: colour('--line') },
    };
    return new Chart(figure.querySelector('canvas'), {
      type: 'bar',
      data: {
        labels,
        datasets: [{ data, backgroundColor: colour('--bar'), borderRadius: 3, maxBarThickness: 44 }],
      },
      options: {
        indexAxis: horizontal ? 'y' : 'x',
        animation: false,
        maintainAspectRatio: false,
        responsive: true,
        scales: horizontal ? { x: valueAxis, y: labelAxis } : { x: labelAxis, y: valueAxis },
        plugins: {
          legend: { display: false },
          tooltip: {
            callbacks: {
              title: (items) => [].concat(labels[items[0].dataIndex]).join('\n'),
              label: (item) => format(item.raw) + (figure.dataset.format === 'bytes' ? '' : ' ' + figure.dataset.unit),
            },
          },
          values: { colour: colour('--ink'), format },
        },
      },
      plugins: [values],
    });
  }

  function drawAll() {
    drawn.forEach((chart) => chart.destroy());
    Chart.defaults.font.family = getComputedStyle(document.body).fontFamily;
    drawn = Array.from(document.querySelectorAll('figure[data-table]'), draw);
  }

  drawAll();
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', drawAll);
})();
