using CdcLake.Columnar;
using CdcLake.MySql.Binlog.Events;
using CdcLake.MySql.Tables;
using CdcLake.MySql.Wire.Packets;

namespace CdcLake.MySql.Binlog;

// TABLE_MAP and rows events begin with the table id (6 bytes, in old logs 4) and 2 bytes of flags, which are not compared with constants: servers add bits.
// Of a rows event: 0x02 foreign keys were not checked, so that they did nothing; 0x10 they were followed by the server above its engine, which logs what they did (MySQL 9.6).

/// <summary>Turns TABLE_MAP and rows events into rows of the open transaction. Rows of tables that are not captured are passed over unread.</summary>
internal sealed class RowsReader(LogCursor cursor, CaptureSet tables, EpochBuilder epochs, BinlogProcessorOptions options)
{
    private const ulong DummyTableId = 0xFF_FFFF; // a rows event without rows that only ends a statement
    private const int ForeignKeysLogged = 0x10;
    private const int ForeignKeysTell = 0x02 | ForeignKeysLogged;

    private readonly TableMaps _maps = new(tables, cursor);
    private readonly Reread _reread = new(options.RereadsOtherTables);

    /// <summary>Why the tables have to be read anew, instead of what comes from the open transaction on; null while the log can be followed.</summary>
    public string? Reread => _reread.Reason;

    /// <summary>A table of which the first row comes: the output has to be told, and then <see cref="Capture"/> called, before the next event. Null when there is none.</summary>
    public Arrival? Arrival { get; private set; }

    /// <summary>The table that arrives is captured.</summary>
    public void Capture()
    {
        var arrival = Arrival!;
        Arrival = null;
        _maps.Add(cursor.Stream, arrival.Id, arrival.Body);
    }

    /// <summary>The open transaction is dropped.</summary>
    public void Discard() => Arrival = null;

    /// <summary>Changed rows of captured tables, before-images and after-images counted each; not those that were handed on before a reconnect.</summary>
    public long Rows { get; private set; }

    /// <summary>True while a captured table has shown no row: then skipped transactions too are read for the tables that they change.</summary>
    public bool HasUnseenTables
    {
        get
        {
            foreach (var table in tables.Tables)
            {
                if (!table.HasRows)
                {
                    return true;
                }
            }

            return false;
        }
    }

    /// <summary>A table was followed from a statement's text, which its next TABLE_MAP may contradict: then it is read anew, where that is possible.</summary>
    public void NoteAltered()
    {
        if (options.RereadsAfterStatements)
        {
            _reread.Allow();
        }
    }

    public void ReadTableMap(ReadOnlySpan<byte> body, OpenTransaction transaction)
    {
        transaction.Require("a TABLE_MAP event");
        var id = ReadTableId(ref body, out _);
        if (transaction.IsSkipped)
        {
            NoteSkippedRows(body);
        }
        else
        {
            Describe(id, body, transaction);
        }
    }

    /// <exception cref="MySqlProtocolException">The event contradicts the TABLE_MAP, or there is none.</exception>
    /// <exception cref="BinlogUnavailableException">Images of a captured table lack columns, or rows from before the log are missing.</exception>
    public void ReadRows(EventType type, ReadOnlySpan<byte> body, OpenTransaction transaction)
    {
        transaction.Require("a change of rows");
        if (transaction.IsSkipped)
        {
            return;
        }

        var id = ReadTableId(ref body, out var flags);
        var mapping = _maps.Find(cursor.Stream, id);
        if (mapping is { Table: { } table, Definition: { } definition })
        {
            RequireForeignKeys(table, flags);
            var moves = table.Referenced.Count > 0 && !RowsEvent.IsInsert(type) && (flags & ForeignKeysTell) == 0;
            var images = ReadImages(type, table, definition, body, out var leftOut);
            Append(type, table, definition, images, leftOut, moves, transaction);
        }
        else if (mapping is null && id != DummyTableId)
        {
            throw MySqlProtocolException.Malformed("Rows event", 0, $"table id {id} was not described by a TABLE_MAP event before");
        }
    }

    private void Describe(ulong id, ReadOnlySpan<byte> body, OpenTransaction transaction)
    {
        try
        {
            if (!_maps.Describe(cursor.Stream, id, body))
            {
                Arrival = Arrival.Read(id, body, options.Dates, cursor.IsMariaDb);
            }
        }
        catch (SchemaMismatchException error) when (tables.Selected is not null && tables.TryFind(body, out var table) && table.MayBeOther && !epochs.HasHandedOnPart)
        {
            tables.Interrupt(new Interruption(error.Message, [table.Name], transaction.Gtid));
        }
        catch (SchemaMismatchException error) when (tables.IsAwaited(body) && !epochs.HasHandedOnPart)
        {
            var (database, name) = TableMapEvent.ReadNames(body);
            tables.Interrupt(new Interruption(error.Message, [new MySqlTableName(database, name).ToString()], transaction.Gtid));
        }
        catch (SchemaMismatchException error) when (_reread.TryTake(error))
        {
            // Nothing is read from here on.
        }
    }

    /// <summary>A table whose rows came in a skipped transaction is no longer empty.</summary>
    private void NoteSkippedRows(ReadOnlySpan<byte> body)
    {
        if (HasUnseenTables && tables.TryFind(body, out var table))
        {
            table.HasRows = true;
        }
    }

    /// <summary>Whole images; with <paramref name="partial"/> those of which columns that are read were left out, and are NULL.</summary>
    private ReadOnlySpan<byte> ReadImages(EventType type, CapturedTable table, CapturedTable.Definition definition, ReadOnlySpan<byte> body, out PartialRows partial)
    {
        partial = default;
        var rows = RowsEvent.Read(type, body);
        if (rows.Columns != (ulong)definition.Columns)
        {
            throw MySqlProtocolException.Malformed("Rows event", 0, $"{rows.Columns} columns, {definition.Columns} in the TABLE_MAP event of {table.Name}");
        }

        if (rows.IsFull)
        {
            return type == EventType.PartialUpdateRows ? definition.Partial.Complete(rows.Images) : rows.Images;
        }

        partial = new PartialRows(type, table, definition, rows.Present);
        partial.RequireCompletable(cursor);
        return definition.Sparse.Complete(rows.Present, rows.Images, type == EventType.PartialUpdateRows);
    }

    private void Append(EventType type, CapturedTable table, CapturedTable.Definition definition, ReadOnlySpan<byte> images, PartialRows partial, bool moves, OpenTransaction transaction)
    {
        if (!table.IsComplete && options.TablesMustBeCreated)
        {
            throw new BinlogUnavailableException(
                $"{cursor.Where}: table {table.Name} existed before the first of these files, so that rows it had then are missing. " +
                "Give all files from the beginning of the server's log, or those from where the table is created (IF NOT EXISTS does not tell) or truncated, or capture from the server itself.");
        }

        table.HasRows = true;
        var isUpdate = RowsEvent.IsUpdate(type);
        var batch = epochs.Open(table.Index, moves && !isUpdate);
        var before = batch.Count;
        var rows = transaction.RowsToSkip > 0
            ? DecodeBehindSkipped(type, table, definition, images, partial, batch, transaction)
            : Decode(type, definition, images, partial, batch, transaction);
        if (moves && isUpdate && ChangesReferenced(batch, before, table.Referenced))
        {
            epochs.Isolate(table.Index, before);
        }

        epochs.Appended(table.Index, rows, images.Length, transaction);
        Rows += rows;
        if (isUpdate)
        {
            options.Meter.Changed(0, rows / 2, 0);
        }
        else
        {
            options.Meter.Changed(RowsEvent.IsInsert(type) ? rows : 0, 0, RowsEvent.IsInsert(type) ? 0 : rows);
        }
    }

    private void RequireForeignKeys(CapturedTable table, int flags)
    {
        if (table.HasActions && options.ForeignKeysMustTell && (flags & ForeignKeysLogged) == 0)
        {
            throw new BinlogUnavailableException(
                $"{cursor.Where}: a foreign key of captured table {table.Name} deletes or updates its rows by itself, and the server that wrote this log does not log that (before MySQL 9.6 none does). "
                + "Capture from the server itself: what foreign keys do is followed there.");
        }
    }

    /// <summary>True when an update, whose images begin at row <paramref name="from"/>, gave a row other values in columns that others refer to.</summary>
    private static bool ChangesReferenced(ChangeBatch batch, int from, IReadOnlyList<int> referenced)
    {
        foreach (var column in referenced)
        {
            var values = batch[column];
            for (var row = from; row + 1 < batch.Count; row += 2)
            {
                if (!values.AreEqual(row, values, row + 1))
                {
                    return true;
                }
            }
        }

        return false;
    }

    private static int Decode(EventType type, CapturedTable.Definition definition, ReadOnlySpan<byte> images, PartialRows partial, ChangeBatch batch, OpenTransaction transaction)
    {
        var rows = partial.Lack ? partial.Append(definition.Decoder, images, batch) : definition.Decoder.Append(images, batch);
        transaction.Rows += rows;
        if (!RowsEvent.IsUpdate(type))
        {
            batch.AppendWeights((sbyte)(RowsEvent.IsInsert(type) ? 1 : -1), rows);
        }
        else if ((rows & 1) == 0)
        {
            batch.AppendUpdateWeights(rows);
        }
        else
        {
            throw MySqlProtocolException.Malformed("Rows event", 0, $"{rows} images of updated rows; they come in pairs");
        }

        return rows;
    }

    /// <summary>Decodes aside and keeps only the rows that were not handed on before the connection was lost.</summary>
    private static int DecodeBehindSkipped(
        EventType type, CapturedTable table, CapturedTable.Definition definition, ReadOnlySpan<byte> images, PartialRows partial, ChangeBatch batch, OpenTransaction transaction)
    {
        using var aside = new ChangeBatch(table.Capture.Schema);
        var rows = Decode(type, definition, images, partial, aside, transaction);
        var kept = (int)Math.Max(0, rows - transaction.RowsToSkip);
        transaction.RowsToSkip -= rows - kept;
        for (var row = rows - kept; row < rows; row++)
        {
            batch.AppendFrom(aside, row, aside.Weights[row]);
        }

        return kept;
    }

    private ulong ReadTableId(ref ReadOnlySpan<byte> body, out int flags)
    {
        var reader = new PacketReader(body);
        var id = cursor.TableIdSize == 6 ? reader.ReadUInt48() : reader.ReadUInt32();
        flags = reader.ReadUInt16();
        body = body[reader.Position..];
        return id;
    }
}
