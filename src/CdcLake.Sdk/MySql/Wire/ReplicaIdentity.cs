using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace CdcLake.MySql.Wire;

/// <summary>
/// Who we are to the server while we read its log. The server ends an older stream of the same UUID, so the same pipeline replaces its own dead
/// connections and two pipelines do not disturb each other.
/// </summary>
/// <param name="ServerId">From 1 up to 2³²−1; unique among the server's replicas.</param>
/// <param name="Uuid">Lower-case UUID text.</param>
/// <param name="Name">Shown by SHOW REPLICAS; at most 60 characters.</param>
/// <param name="HeartbeatPeriod">How often an idle server says that it is there; three times as much silence is a dead connection.</param>
internal sealed record ReplicaIdentity(uint ServerId, string Uuid, string Name, TimeSpan HeartbeatPeriod)
{
    private const int MaxName = 60; // REPORT_HOST is char(60)

    /// <summary>The identity that a pipeline always has at a server, derived from both names.</summary>
    /// <param name="pipeline">Name of the pipeline.</param>
    /// <param name="server">The server as the pipeline knows it; the endpoint of its connection string.</param>
    /// <param name="serverId">The id to use instead of the derived one, or null.</param>
    /// <param name="heartbeat">Period of heartbeats.</param>
    public static ReplicaIdentity Of(string pipeline, string server, uint? serverId, TimeSpan heartbeat)
    {
        var hash = SHA256.HashData(Encoding.UTF8.GetBytes($"cdclake:{pipeline}@{server}"));
        hash[6] = (byte)((hash[6] & 0x0F) | 0x80); // RFC 9562, version 8: contents of our own choice
        hash[8] = (byte)((hash[8] & 0x3F) | 0x80);
        var uuid = new Guid(hash.AsSpan(0, 16), bigEndian: true).ToString("D");

        // The upper half keeps clear of ids that people give to their servers.
        var derived = BinaryPrimitives.ReadUInt32BigEndian(hash.AsSpan(16)) | 0x80000000;
        var name = $"cdclake-{pipeline}";
        return new ReplicaIdentity(serverId ?? derived, uuid, name.Length <= MaxName ? name : name[..MaxName], heartbeat);
    }
}
