using CdcLake.Columnar;
using CdcLake.MySql.Tables;

namespace CdcLake.MySql.Binlog.Columns;

/// <summary>
/// Decodes the row images of one table straight into the columns of a batch, a run of rows at a time and column by column. Allocates nothing
/// per row. Not thread-safe.
/// </summary>
internal sealed class RowDecoder
{
    private readonly (ColumnDecoder Decoder, ColumnPlace Place, int Target)[] _read;
    private readonly RowScanner _scanner;

    /// <param name="table">Qualified name, for messages.</param>
    /// <param name="columns">All columns of the table.</param>
    /// <param name="read">Ordinals of the columns that leave the decoder, in the order of the batch's columns; their types are supported.</param>
    /// <exception cref="UnsupportedTypeException">A column to read cannot be captured.</exception>
    public RowDecoder(string table, IReadOnlyList<MySqlColumn> columns, IReadOnlyList<int> read)
    {
        var ordered = read.Select((ordinal, target) => (Ordinal: ordinal, Target: target)).OrderBy(r => r.Ordinal).ToArray();
        _scanner = new RowScanner([.. columns.Select(c => ColumnForm.Of(c).Size)], [.. ordered.Select(r => r.Ordinal)]);
        _read = [.. ordered.Select((r, index) =>
        {
            var (segment, distance) = _scanner.Locate(r.Ordinal);
            return (ColumnForm.Decoder(table, columns[r.Ordinal]), new ColumnPlace(index, segment, distance), r.Target);
        })];
    }

    /// <summary>Appends every image to the columns of <paramref name="batch"/>, weights not included, and returns how many there were.</summary>
    /// <exception cref="MySqlProtocolException">An image runs over the end.</exception>
    /// <exception cref="UnsupportedTypeException">A value that cannot be represented.</exception>
    public int Append(ReadOnlySpan<byte> images, ChangeBatch batch)
    {
        var at = 0;
        var rows = 0;
        while (at < images.Length)
        {
            at = _scanner.Scan(images, at);
            rows += _scanner.Rows;
            for (var i = 0; i < _read.Length; i++)
            {
                _read[i].Decoder.AppendRun(images, _scanner, _read[i].Place, batch[_read[i].Target]);
            }
        }

        return rows;
    }
}
