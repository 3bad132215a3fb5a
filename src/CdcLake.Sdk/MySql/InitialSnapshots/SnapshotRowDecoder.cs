using CdcLake.Columnar;
using CdcLake.MySql.Binlog.Columns;
using CdcLake.MySql.Tables;
using CdcLake.MySql.Wire;

namespace CdcLake.MySql.InitialSnapshots;

/// <summary>
/// Appends binary rows of one table to the columns of a batch, through the decoders that read the same columns in the log. Nothing is allocated per row.
/// </summary>
internal sealed class SnapshotRowDecoder
{
    private const int MaxBatchBytes = 4 * 1024 * 1024;
    private readonly ColumnDecoder[] _decoders;
    private readonly Column[] _targets;

    /// <param name="table">For messages.</param>
    /// <param name="columns">Columns of the rows, in the order of the batch's.</param>
    /// <exception cref="UnsupportedTypeException">A column cannot be captured.</exception>
    public SnapshotRowDecoder(MySqlTableName table, IReadOnlyList<MySqlColumn> columns)
    {
        _decoders = [.. columns.Select(c => ColumnForm.Decoder(table.ToString(), c))];
        _targets = new Column[_decoders.Length];
    }

    /// <summary>Chooses the batch that the next rows go to.</summary>
    public void Bind(ChangeBatch batch)
    {
        for (var i = 0; i < _targets.Length; i++)
        {
            _targets[i] = batch[i];
        }
    }

    /// <summary>Appends the values of one row; the caller counts its weight.</summary>
    /// <exception cref="MySqlProtocolException">The row contradicts its layout; the bound batch is then unusable.</exception>
    /// <exception cref="UnsupportedTypeException">A date that no calendar has, where the policy refuses it.</exception>
    public void Append(ReadOnlySpan<byte> row)
    {
        var at = BinaryRow.ValuesAt(_decoders.Length);
        if (row.Length < at)
        {
            throw BinaryValue.Overrun(row, at);
        }

        var targets = _targets;
        for (var i = 0; i < _decoders.Length; i++)
        {
            if (BinaryRow.IsNull(row, i))
            {
                targets[i].AppendNull();
            }
            else
            {
                at = _decoders[i].AppendValue(row, at, targets[i]);
            }
        }

        if (at != row.Length)
        {
            throw MySqlProtocolException.Malformed("Binary row", at, $"{row.Length - at} bytes left over");
        }
    }

    /// <summary>The next rows of a statement, each with weight +1; empty at its end. The batch belongs to the caller.</summary>
    /// <exception cref="MySqlServerException">The connection failed.</exception>
    public async ValueTask<ChangeBatch> ReadBatchAsync(WireConnection view, Schema schema, CancellationToken cancellationToken)
    {
        var batch = new ChangeBatch(schema);
        Bind(batch);
        try
        {
            var rows = 0;
            var bytes = 0;
            while (rows < ChangeBatch.TargetRows && bytes < MaxBatchBytes && !view.IsAtEnd)
            {
                if (view.TryReadRow(out var row))
                {
                    Append(row);
                    rows++;
                    bytes += row.Length;
                }
                else if (!view.IsAtEnd)
                {
                    await view.FillAsync(cancellationToken).ConfigureAwait(false);
                }
            }

            CheckText();
            batch.AppendWeights(1, rows);
            return batch;
        }
        catch
        {
            batch.Dispose();
            throw;
        }
    }

    /// <summary>Checks the text of all rows appended since <see cref="Bind"/>.</summary>
    /// <exception cref="UnsupportedTypeException">A text is not UTF-8.</exception>
    public void CheckText()
    {
        for (var i = 0; i < _decoders.Length; i++)
        {
            _decoders[i].CheckText(_targets[i]);
        }
    }
}
