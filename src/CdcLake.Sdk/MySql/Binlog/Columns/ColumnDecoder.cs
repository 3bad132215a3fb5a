using CdcLake.Columnar;
using CdcLake.MySql.Tables;

namespace CdcLake.MySql.Binlog.Columns;

/// <summary>
/// Reads the values of one column: in the log a run of row images at a time, in an initial snapshot value by value. Both ways give the same values. Made once for a column by
/// <see cref="ColumnForm"/>; keeps no state between calls and allocates nothing per row.
/// </summary>
internal abstract class ColumnDecoder(string table, MySqlColumn definition)
{
    public MySqlColumn Definition { get; } = definition;

    /// <summary>Qualified name, for messages.</summary>
    protected string Table { get; } = table;

    /// <summary>Appends the column's value of every image of the located run.</summary>
    /// <param name="images">The row images of the event.</param>
    /// <param name="scanner">The located run.</param>
    /// <param name="place">Where the column lies in it.</param>
    /// <param name="target">Grows by the rows of the run.</param>
    /// <exception cref="UnsupportedTypeException">A value that cannot be represented.</exception>
    public abstract void AppendRun(ReadOnlySpan<byte> images, RowScanner scanner, ColumnPlace place, Column target);

    /// <summary>Appends one value of a row in binary form, not NULL.</summary>
    /// <param name="row">The whole row.</param>
    /// <param name="at">Where the value begins.</param>
    /// <param name="target">Grows by one row.</param>
    /// <returns>The offset behind the value.</returns>
    /// <exception cref="MySqlProtocolException">The row ends before.</exception>
    /// <exception cref="UnsupportedTypeException">A value that cannot be represented.</exception>
    public abstract int AppendValue(ReadOnlySpan<byte> row, int at, Column target);

    /// <summary>Checks what <see cref="AppendValue"/> appended: text is only checked as a whole.</summary>
    /// <exception cref="UnsupportedTypeException">A text is not UTF-8.</exception>
    public virtual void CheckText(Column target)
    {
    }
}
