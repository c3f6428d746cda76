// A table of plain text: the first cell of each row is its heading; it scrolls sideways in a small window.
export default {
  props: { title: String, columns: Array, rows: Array, total: Boolean },
  template: `
    <div class="lb-scroll" tabindex="0" role="region" :aria-label="title + '的表格'">
      <table class="lb-plain-table" :class="{ 'lb-with-total': total }">
        <thead>
          <tr><th v-for="(column, i) in columns" :key="i" scope="col">{{ column }}</th></tr>
        </thead>
        <tbody>
          <tr v-for="(row, i) in rows" :key="i">
            <th scope="row">{{ row[0] }}</th>
            <td v-for="(cell, n) in row.slice(1)" :key="n">{{ cell }}</td>
          </tr>
        </tbody>
      </table>
    </div>
  `,
};
