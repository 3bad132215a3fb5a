namespace CdcLake.Tests.MySql.Binlog;

/// <summary>A folder of binary log files that is removed with the test.</summary>
internal sealed class BinlogFolder : IDisposable
{
    private readonly string _path = Directory.CreateTempSubdirectory("cdclake-binlog-").FullName;

    public string Write(byte[] bytes, string name = "binlog.000001")
    {
        var path = Path.Combine(_path, name);
        File.WriteAllBytes(path, bytes);
        return path;
    }

    public void Dispose() => Directory.Delete(_path, recursive: true);
}
