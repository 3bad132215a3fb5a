using System.Buffers.Binary;
using CdcLake.MySql.Binlog;
using CdcLake.MySql.Binlog.Events;

namespace CdcLake.Tests.MySql.Binlog;

public sealed class LogCursorTests
{
    [Fact]
    public void File_is_followed_event_by_event_and_bodies_come_without_checksum()
    {
        var log = new BinlogBuilder();
        log.Event(29, [1, 2, 3]).Event(3, []);
        var cursor = new LogCursor();
        cursor.BeginFile("binlog.000007");
        var events = EventFeed.Events(log.ToArray());
        for (var i = 0; i < events.Count; i++)
        {
            var read = cursor.Read(events[i]);
            Assert.Equal(log.Offsets[i], cursor.EventOffset);
            Assert.Equal(log.Offsets[i] + events[i].Length, cursor.Offset);
            Assert.True(i != 2 || read.Body.SequenceEqual(new byte[] { 1, 2, 3 }));
        }

        Assert.True(cursor.HasChecksum);
        Assert.Equal($"binlog.000007 at {log.Offsets[^1]}", cursor.Where);
    }

    [Fact]
    public void Every_changed_byte_of_an_event_is_noticed()
    {
        var log = new BinlogBuilder();
        log.Event(29, [1, 2, 3, 4, 5]);
        var events = EventFeed.Events(log.ToArray());
        for (var at = 0; at < events[2].Length; at++)
        {
            var cursor = new LogCursor();
            cursor.BeginFile("binlog.000001");
            cursor.Read(events[0]);
            cursor.Read(events[1]);
            var changed = events[2].ToArray();
            changed[at] ^= 0x10;
            Assert.Throws<MySqlProtocolException>(() => cursor.Read(changed));
        }
    }

    [Fact]
    public void Event_that_does_not_end_where_it_says_means_missing_bytes()
    {
        var log = new BinlogBuilder(checksum: false);
        log.Event(29, [1], nextPosition: 7);
        var cursor = new LogCursor();
        cursor.BeginFile("binlog.000001");
        var events = EventFeed.Events(log.ToArray());
        cursor.Read(events[0]);
        cursor.Read(events[1]);
        Assert.Contains("missing or doubled", Assert.Throws<MySqlProtocolException>(() => cursor.Read(events[2])).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Stream_takes_its_file_from_rotations_and_a_file_keeps_its_own()
    {
        var cursor = new LogCursor();
        cursor.BeginStream("db1:3306", checksum: true);
        cursor.Follow(new RotateEvent("binlog.000009", 4));
        Assert.Equal(("binlog.000009", 4L), (cursor.Origin, cursor.Offset));
        cursor.BeginFile("binlog.000001");
        cursor.Follow(new RotateEvent("binlog.000002", 4));
        Assert.Equal("binlog.000001", cursor.Origin);
    }

    [Fact]
    public void Every_connection_file_and_format_is_a_stream_of_its_own()
    {
        var log = new BinlogBuilder();
        var cursor = new LogCursor();
        var streams = new HashSet<long> { cursor.Stream };
        cursor.BeginStream("db1:3306", checksum: true);
        Assert.True(streams.Add(cursor.Stream));
        var format = EventFeed.Events(log.ToArray())[0];
        BinaryPrimitives.WriteUInt32LittleEndian(format.AsSpan(13), 0);
        log.RepairChecksum(format);
        cursor.Read(format);
        Assert.True(streams.Add(cursor.Stream));
        cursor.BeginFile("binlog.000001");
        Assert.True(streams.Add(cursor.Stream));
    }
}
