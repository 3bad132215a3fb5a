using CdcLake.Columnar;
using CdcLake.MySql.Binlog.Events;
using CdcLake.MySql.Tables;
using CdcLake.MySql.Wire;

namespace CdcLake.MySql.Binlog;

// Rows event (types 23-25 version 1, 30-32 version 2), after the common header:
//
//   size         field
//   6 or 4       table id
//   2            flags; not compared with constants: servers add bits
//   2 + n        version 2 only: length of extra data, itself included, and the data
//   lenenc       columns
//   (n + 7)/8    one bit per column, low bit first: present in the (before-)image
//   (n + 7)/8    UPDATE only: present in the after-image
//   rest         row images (RowScanner)
//
// Source: MySQL source documentation, binlog event "Rows_event".

/// <summary>Table maps and row changes.</summary>
internal sealed partial class BinlogEventProcessor
{
    private const ulong DummyTableId = 0xFF_FFFF; // a rows event without rows that only ends a statement
    private const int MaxMaps = 65_536;

    private readonly Dictionary<ulong, TableMapping> _maps = [];
    private long _stream;
    private ulong _lastId;
    private TableMapping? _last;

    private void ProcessTableMap(ReadOnlySpan<byte> body)
    {
        RequireTransaction("a TABLE_MAP event");
        var id = ReadTableId(ref body);
        if (_skipping)
        {
            NoteSkippedRows(body);
            return;
        }

        if (!_maps.TryGetValue(id, out var mapping) || !mapping.Matches(body))
        {
            mapping = CreateMapping(body);
            if (_maps.Count >= MaxMaps)
            {
                _maps.Clear();
            }

            _maps[id] = mapping;
        }

        mapping.Stream = _stream;
        (_lastId, _last) = (id, mapping);
    }

    private TableMapping CreateMapping(ReadOnlySpan<byte> body)
    {
        if (FindTable(body) is { } table)
        {
            var definition = table.Define(body);
            return new TableMapping(definition.Body, table, definition);
        }

        return new TableMapping(body[..TableMapEvent.NamesLength(body)].ToArray(), null, null);
    }

    private CapturedTable? FindTable(ReadOnlySpan<byte> body)
    {
        var (database, name) = TableMapEvent.ReadNames(body);
        var qualified = new MySqlTableName(database, name).ToString();
        return Array.Find(_tables, table => table.Name == qualified);
    }

    /// <summary>A table whose rows came in a skipped transaction is no longer empty.</summary>
    private void NoteSkippedRows(ReadOnlySpan<byte> body)
    {
        if (Array.Exists(_tables, t => !t.HasRows) && FindTable(body) is { } table)
        {
            table.HasRows = true;
        }
    }

    private void ProcessRows(EventType type, ReadOnlySpan<byte> body)
    {
        RequireTransaction("a change of rows");
        if (_skipping)
        {
            return;
        }

        var id = ReadTableId(ref body);
        if (id != _lastId || _last is null)
        {
            _last = _maps.GetValueOrDefault(id);
            _lastId = id;
        }

        if (_last is null || _last.Stream != _stream)
        {
            if (id == DummyTableId)
            {
                return;
            }

            throw MySqlProtocolException.Malformed("Rows event", 0, $"table id {id} was not described by a TABLE_MAP event before");
        }

        if (_last.Table is { } table)
        {
            AppendRows(type, table, _last.Definition!, ReadImages(type, table, _last.Definition!, body));
        }
    }

    /// <summary>Checks what stands before the images, and that every image has all columns.</summary>
    private ReadOnlySpan<byte> ReadImages(EventType type, CapturedTable table, CapturedTable.Definition definition, ReadOnlySpan<byte> body)
    {
        if (type == EventType.PartialUpdateRows)
        {
            throw new BinlogUnavailableException(
                $"{Where}: an update of captured table {table.Name} holds only the changed parts of JSON documents. " +
                "Run SET GLOBAL binlog_row_value_options='' on the server, make its sessions reconnect, and start the pipeline anew with an empty target.");
        }

        var reader = new PacketReader(body);
        if (type >= EventType.WriteRows)
        {
            var extra = reader.ReadUInt16();
            if (extra < 2)
            {
                throw MySqlProtocolException.Malformed("Rows event", reader.Position, $"length {extra} of the extra data");
            }

            reader.Skip(extra - 2);
        }

        var columns = reader.ReadLengthEncoded();
        if (columns != (ulong)definition.Columns)
        {
            throw MySqlProtocolException.Malformed("Rows event", reader.Position, $"{columns} columns, {definition.Columns} in the TABLE_MAP event of {table.Name}");
        }

        for (var image = type is EventType.UpdateRows or EventType.UpdateRowsV1 ? 2 : 1; image > 0; image--)
        {
            if (!AllSet(reader.ReadBytes((definition.Columns + 7) / 8), definition.Columns))
            {
                throw new BinlogUnavailableException(
                    $"{Where}: a change of captured table {table.Name} does not hold all columns. " +
                    "Run SET GLOBAL binlog_row_image=FULL on the server, make its sessions reconnect, and start the pipeline anew with an empty target.");
            }
        }

        return reader.ReadRest();
    }

    private void AppendRows(EventType type, CapturedTable table, CapturedTable.Definition definition, ReadOnlySpan<byte> images)
    {
        if (!table.IsComplete && _options.TablesMustBeCreated)
        {
            throw new BinlogUnavailableException(
                $"{Where}: table {table.Name} existed before the first of these files, so that rows it had then are missing. " +
                "Give all files from the beginning of the server's log, or those from where the table is created (IF NOT EXISTS does not tell) or truncated, or capture from the server itself.");
        }

        table.HasRows = true;
        if (_rowsToSkip > 0)
        {
            AppendBehindSkipped(type, table, definition, images);
        }
        else
        {
            var batch = _pending.Open(table.Index);
            var rows = Decode(type, definition, images, batch);
            _pending.Appended(table.Index, rows, images.Length);
            Rows += rows;
            _transactionRows += rows;
        }

        NeedsFlush |= IsTooLargeToHold;
    }

    private static int Decode(EventType type, CapturedTable.Definition definition, ReadOnlySpan<byte> images, ChangeBatch batch)
    {
        var rows = definition.Decoder.Append(images, batch);
        if (type is EventType.WriteRows or EventType.WriteRowsV1)
        {
            batch.AppendWeights(1, rows);
        }
        else if (type is EventType.DeleteRows or EventType.DeleteRowsV1)
        {
            batch.AppendWeights(-1, rows);
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
    private void AppendBehindSkipped(EventType type, CapturedTable table, CapturedTable.Definition definition, ReadOnlySpan<byte> images)
    {
        using var aside = new ChangeBatch(table.Capture.Schema);
        var rows = Decode(type, definition, images, aside);
        _transactionRows += rows;
        var kept = (int)Math.Max(0, rows - _rowsToSkip);
        _rowsToSkip -= rows - kept;
        var batch = _pending.Open(table.Index);
        for (var row = rows - kept; row < rows; row++)
        {
            batch.AppendFrom(aside, row, aside.Weights[row]);
        }

        _pending.Appended(table.Index, kept, images.Length);
        Rows += kept;
    }

    private ulong ReadTableId(ref ReadOnlySpan<byte> body)
    {
        var reader = new PacketReader(body);
        var id = _tableIdSize == 6 ? reader.ReadUInt48() : reader.ReadUInt32();
        reader.Skip(2);
        body = body[reader.Position..];
        return id;
    }

    private static bool AllSet(ReadOnlySpan<byte> bits, int count)
    {
        var last = (byte)(0xFF >> ((8 - (count & 7)) & 7));
        return (bits[^1] & last) == last && bits[..^1].IndexOfAnyExcept((byte)0xFF) < 0;
    }

    /// <summary>What a table id stands for. For tables that are not captured only the names are compared and nothing else is read.</summary>
    private sealed class TableMapping(byte[] body, CapturedTable? table, CapturedTable.Definition? definition)
    {
        public CapturedTable? Table { get; } = table;

        public CapturedTable.Definition? Definition { get; } = definition;

        /// <summary>The stream it was last seen in: ids mean nothing in another one.</summary>
        public long Stream { get; set; }

        public bool Matches(ReadOnlySpan<byte> other) => Table is null ? other.StartsWith(body) : other.SequenceEqual(body);
    }
}
