using CdcLake.Columnar;
using CdcLake.MySql.Binlog.Columns;
using CdcLake.MySql.Binlog.Events;
using CdcLake.MySql.Tables;

namespace CdcLake.MySql.Binlog;

// What servers leave out where binlog_row_image is not FULL (seen with MySQL 9.7 and MariaDB 10.5 and 11.8):
//
//              before the change                     after it
//   MINIMAL    the key (primary, else the first      inserts: what the statement gives, computed values included; the others have their default. MariaDB: also what is computed for each row
//              unique one without NULL); all         updates: what the statement, or a trigger, sets, computed columns included
//              columns where there is none
//   NOBLOB     all but TEXT and BLOB                 all but TEXT and BLOB that nobody set
//   FULL_NODUP (MariaDB) all columns                 updates: what the statement sets; of REPLACE and INSERT ... ON DUPLICATE KEY UPDATE all columns
//
// MariaDB logs a REPLACE that meets a row as an update of it, whose image after the change has what the statement gives alone: what it leaves out became its default, and in the image of an UPDATE
// would have stayed. An UPDATE that leaves the key alone does not have it in that image, a REPLACE has: so the two can be told apart but where an UPDATE sets the key, or NOBLOB puts it there.

/// <summary>Images of one rows event that leave out columns which are read. What the event itself says of them, or the column's default, is put in; the rest is noted (<see cref="ChangeBatch.LeaveOut"/>).</summary>
/// <param name="type">Kind of change.</param>
/// <param name="table">The table.</param>
/// <param name="definition">What it was like.</param>
/// <param name="present">One bit per column that the images have; of an update for those before the change, then for those after it.</param>
internal readonly ref struct PartialRows(EventType type, CapturedTable table, CapturedTable.Definition definition, ReadOnlySpan<byte> present)
{
    private readonly int[] _read = definition.Read; // ordinals in the images, in the order of the batch's columns
    private readonly ReadOnlySpan<byte> _before = RowsEvent.IsUpdate(type) ? present[..(present.Length / 2)] : present;
    private readonly ReadOnlySpan<byte> _after = RowsEvent.IsUpdate(type) ? present[(present.Length / 2)..] : present;

    /// <summary>True when there are such columns.</summary>
    public bool Lack
    {
        get
        {
            for (var i = 0; _read is not null && i < _read.Length; i++)
            {
                if (!PartialImages.IsSet(_before, _read[i]) || !PartialImages.IsSet(_after, _read[i]))
                {
                    return true;
                }
            }

            return false;
        }
    }

    /// <summary>What is left out must be something that nobody reads, or that can be completed.</summary>
    /// <exception cref="BinlogUnavailableException">It cannot.</exception>
    public void RequireCompletable(LogCursor cursor)
    {
        var (source, isInsert) = (table.Capture.Table, RowsEvent.IsInsert(type));
        for (var i = 0; i < _read.Length; i++)
        {
            var (before, after) = (PartialImages.IsSet(_before, _read[i]), PartialImages.IsSet(_after, _read[i]));
            if (before && after)
            {
                continue;
            }

            var ordinal = table.Capture.Columns[i];
            var what = $"does not hold column \"{source.Schema[ordinal].Name}\"";
            if (cursor.IsMariaDb && source.Generated.Contains(ordinal))
            {
                throw Refused(cursor.Where, table, what, $"The server computes it, and MariaDB {MySqlColumn.NotLogged}. {MySqlColumn.LeaveOut}");
            }

            if (source.Completion is not { } completion)
            {
                throw Refused(cursor.Where, table, what, Whole + $" Or let it complete such rows from a copy of the table: MySqlSourceOptions.{nameof(MySqlSourceOptions.CompletePartialRows)}.");
            }

            if (isInsert && completion.Values[ordinal] is null)
            {
                throw Refused(cursor.Where, table, what + ", whose default is not known here", Whole);
            }

            if (!isInsert && !before && (table.Key.Count == 0 || table.Key.Contains(i)))
            {
                throw Refused(cursor.Where, table, what, "It has no key by which the row could be found, or another one than when the pipeline began, which then reads the table anew when it is started again.");
            }

            if (!after && RowsEvent.IsUpdate(type) && cursor.IsMariaDb && HasKey && !IsFullBefore)
            {
                throw Refused(
                    cursor.Where, table, $"{what} and has the row's key: MariaDB logs so what a REPLACE made of a row, where the column has its default now, and an UPDATE, where it has not changed",
                    Whole + " With MINIMAL an INSERT ... ON DUPLICATE KEY UPDATE or REPLACE that meets a row, and an UPDATE of the key, are logged so, and with NOBLOB every update; with FULL_NODUP, where the server has it, none.");
            }
        }
    }

    /// <summary>Appends the rows to a batch, weights not included, and returns how many there were.</summary>
    /// <param name="decoder">Of the table.</param>
    /// <param name="images">Whole images, in which what was left out is NULL.</param>
    /// <param name="batch">Takes the rows.</param>
    public int Append(RowDecoder decoder, ReadOnlySpan<byte> images, ChangeBatch batch)
    {
        using var aside = new ChangeBatch(batch.Schema);
        var rows = decoder.Append(images, aside);
        var bits = (_read.Length + 7) / 8;
        Span<byte> leftOut = stackalloc byte[2 * bits];
        leftOut.Clear();
        for (var i = 0; i < _read.Length; i++)
        {
            var (before, after) = (PartialImages.IsSet(_before, _read[i]), PartialImages.IsSet(_after, _read[i]));
            if (RowsEvent.IsInsert(type) && !after)
            {
                batch[i].AppendRepeated(table.Capture.Table.Completion!.Values[table.Capture.Columns[i]]!.ValueAt(0), rows);
                continue;
            }

            if (before && !after)
            {
                for (var row = 0; row < rows; row++)
                {
                    batch[i].AppendFrom(aside[i], row & ~1);
                }

                continue;
            }

            batch[i].AppendAll(aside[i]);
            leftOut[i >> 3] |= (byte)(before ? 0 : 1 << (i & 7));
            leftOut[bits + (i >> 3)] |= (byte)(before || after ? 0 : 1 << (i & 7));
        }

        LeaveOut(batch, rows, leftOut[..bits], RowsEvent.IsUpdate(type) ? leftOut[bits..] : leftOut[..bits]);
        return rows;
    }

    private void LeaveOut(ChangeBatch batch, int rows, ReadOnlySpan<byte> before, ReadOnlySpan<byte> after)
    {
        Span<byte> columns = stackalloc byte[before.Length];
        var (inPart, next) = (definition.Sparse.InPart, 0);
        for (var row = 0; row < rows; row++)
        {
            ((row & 1) == 0 ? before : after).CopyTo(columns);
            for (; next < inPart.Count && inPart[next].Image == row; next++)
            {
                if (Array.IndexOf(_read, inPart[next].Column) is >= 0 and var column)
                {
                    columns[column >> 3] |= (byte)(1 << (column & 7));
                }
            }

            if (columns.ContainsAnyExcept((byte)0))
            {
                batch.LeaveOut(batch.Count + row, columns);
            }
        }
    }

    private bool HasKey
    {
        get
        {
            foreach (var column in table.Key)
            {
                if (PartialImages.IsSet(_after, _read[column]))
                {
                    return true;
                }
            }

            return table.Key.Count == 0;
        }
    }

    /// <summary>True when images before the change are certainly not reduced to the key, which MINIMAL does: then it is FULL_NODUP, and what is left out afterwards has not changed.</summary>
    private bool IsFullBefore
    {
        get
        {
            var isFull = table.Key.Count > 0 && table.Key.Count < definition.Columns;
            for (var i = 0; i < definition.Columns; i++)
            {
                isFull &= PartialImages.IsSet(_before, i);
            }

            return isFull;
        }
    }

    private static string Whole => "Run SET GLOBAL binlog_row_image=FULL on the server, make its sessions reconnect, and start the pipeline anew with an empty target.";

    /// <summary>The error of an image that cannot be completed.</summary>
    public static BinlogUnavailableException Refused(string where, CapturedTable table, string what, string fix) => new($"{where}: a change of captured table {table.Name} {what}. {fix}");
}
