using CdcLake.MySql.Wire;
using CdcLake.MySql.Wire.Packets;
using CdcLake.MySql.Wire.Payloads;

namespace CdcLake.Tests.MySql.Wire;

public sealed class PayloadTests
{
    // Greeting of MySQL 9.7.4 with a made-up nonce.
    private static readonly byte[] Greeting =
    [
        10, .. "9.7.4-2"u8, 0, 0x0D, 0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8, 0, 0xFF, 0xFF, 0xFF, 2, 0, 0xFF, 0xDF, 21, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
        9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 0, .. "caching_sha2_password"u8, 0,
    ];

    [Fact]
    public void Greeting_gives_version_nonce_capabilities_and_plugin()
    {
        var handshake = HandshakeV10.Read(Greeting);
        Assert.Equal("9.7.4-2", handshake.ServerVersion);
        Assert.Equal(13u, handshake.ConnectionId);
        Assert.Equal(Enumerable.Range(1, 20).Select(i => (byte)i), handshake.Nonce);
        Assert.Equal(0xDFFFFFFFu, (uint)handshake.Capabilities);
        Assert.Equal("caching_sha2_password", handshake.AuthPlugin);
        Assert.False(handshake.IsMariaDb);
    }

    [Fact]
    public void Greeting_of_another_protocol_is_an_error_that_says_so()
    {
        var error = Assert.Throws<MySqlProtocolException>(() => HandshakeV10.Read("HTTP/1.1 400 Bad Request"u8));
        Assert.Contains("may not be a MySQL server", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Greeting_without_bit_0_is_MariaDb()
    {
        var bytes = (byte[])Greeting.Clone();
        bytes[1 + "9.7.4-2".Length + 1 + 4 + 8 + 1] = 0xFE;
        Assert.True(HandshakeV10.Read(bytes).IsMariaDb);
    }

    [Fact]
    public void Truncated_payloads_give_only_protocol_errors()
    {
        for (var length = 0; length < Greeting.Length - "caching_sha2_password".Length - 1; length++)
        {
            Assert.Throws<MySqlProtocolException>(() => HandshakeV10.Read(Greeting.AsSpan(0, length)));
        }

        byte[] definition = [3, .. "def"u8, 1, (byte)'s', 1, (byte)'t', 1, (byte)'t', 1, (byte)'c', 1, (byte)'c', 0x0C, 63, 0, 20, 0, 0, 0, 8, 0x21, 0, 0, 0, 0];
        Assert.True(ColumnDefinition41.Read(definition).IsUnsigned);
        for (var length = 0; length < definition.Length - 2; length++)
        {
            Assert.Throws<MySqlProtocolException>(() => ColumnDefinition41.Read(definition.AsSpan(0, length)));
        }
    }

    [Fact]
    public void Error_packet_gives_code_state_and_message()
    {
        var error = ErrPacket.Read([0xFF, 0x15, 0x04, .. "#28000Access denied for user 'x'@'y'"u8]).ToException("Login of x at db:3306 failed");
        Assert.Equal((1045, "28000"), (error.Code, error.SqlState));
        Assert.Contains("Access denied for user 'x'@'y'. Check User ID and Password", error.Message, StringComparison.Ordinal);
        Assert.False(error.IsTransient);
    }

    [Fact]
    public void Error_packet_before_the_login_has_no_state()
    {
        var error = ErrPacket.Read([0xFF, 0x10, 0x04, .. "Too many connections"u8]);
        Assert.Equal(new ErrPacket(1040, null, "Too many connections"), error);
        Assert.True(error.ToException("x").IsTransient);
    }

    [Theory]
    [InlineData(5, false, true)]
    [InlineData(9, false, false)]
    [InlineData(9, true, true)]
    [InlineData(0xFFFFFF, true, false)]
    public void End_marker_is_told_from_a_long_value_by_its_length(int length, bool deprecateEof, bool expected)
    {
        var payload = new byte[length];
        payload[0] = 0xFE;
        Assert.Equal(expected, EofPacket.Is(payload, deprecateEof));
    }

    [Fact]
    public void Dump_by_gtid_has_the_documented_layout()
    {
        var writer = new PacketWriter();
        BinlogDumpGtid.Write(writer, DumpFlags.HeartbeatV2, 0x01020304, [9, 8, 7]);
        Assert.Equal([0x1E, 2, 0, 4, 3, 2, 1, 0, 0, 0, 0, 4, 0, 0, 0, 0, 0, 0, 0, 3, 0, 0, 0, 9, 8, 7], writer.Payload.ToArray());
    }

    [Fact]
    public void Dump_by_file_has_the_documented_layout()
    {
        var writer = new PacketWriter();
        BinlogDump.Write(writer, DumpFlags.NonBlock, 1, "binlog.000001", 4);
        Assert.Equal([0x12, 4, 0, 0, 0, 1, 0, 1, 0, 0, 0, .. "binlog.000001"u8], writer.Payload.ToArray());
    }

    [Fact]
    public void Execute_writes_nulls_types_and_values()
    {
        var writer = new PacketWriter();
        StatementExecute.Write(writer, 7, [StatementParameter.Of(-1), StatementParameter.Null, StatementParameter.Of("ä"), StatementParameter.Of(1UL)]);
        byte[] expected =
        [
            0x17, 7, 0, 0, 0, 0, 1, 0, 0, 0, 0b10, 1, 8, 0, 6, 0, 253, 0, 8, 0x80,
            0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 2, 0xC3, 0xA4, 1, 0, 0, 0, 0, 0, 0, 0,
        ];
        Assert.Equal(expected, writer.Payload.ToArray());
    }

    [Theory]
    [InlineData(0xFAUL, 1)]
    [InlineData(0xFBUL, 3)]
    [InlineData(0xFFFFUL, 3)]
    [InlineData(0x10000UL, 4)]
    [InlineData(0xFFFFFFUL, 4)]
    [InlineData(0x1000000UL, 9)]
    [InlineData(ulong.MaxValue, 9)]
    public void Length_encoded_integers_round_trip(ulong value, int bytes)
    {
        var writer = new PacketWriter();
        writer.WriteLengthEncoded(value);
        Assert.Equal(bytes, writer.Length);
        Assert.Equal(value, new PacketReader(writer.Payload).ReadLengthEncoded());
    }

    [Fact]
    public void Identity_is_stable_and_differs_by_pipeline_and_server()
    {
        var one = ReplicaIdentity.Of("sales", "db:3306", null, TimeSpan.FromSeconds(5));
        Assert.Equal(one, ReplicaIdentity.Of("sales", "db:3306", null, TimeSpan.FromSeconds(5)));
        Assert.NotEqual(one.Uuid, ReplicaIdentity.Of("other", "db:3306", null, TimeSpan.FromSeconds(5)).Uuid);
        Assert.NotEqual(one.ServerId, ReplicaIdentity.Of("sales", "db2:3306", null, TimeSpan.FromSeconds(5)).ServerId);
        Assert.True(Guid.TryParse(one.Uuid, out _));
        Assert.Equal(42u, ReplicaIdentity.Of("sales", "db:3306", 42, TimeSpan.FromSeconds(5)).ServerId);
    }
}
