using CdcLake.IntegrationTests.Fixtures;

namespace CdcLake.IntegrationTests.Pipelines;

/// <summary>A small disk in memory, which a test can fill up. Only root may mount one.</summary>
internal sealed class Tmpfs : IDisposable
{
    private Tmpfs(string path) => Path = path;

    public string Path { get; }

    public static async Task<Tmpfs> MountAsync(string path, string size)
    {
        Directory.CreateDirectory(path);
        await ChildProcess.RunAsync("mount", "-t", "tmpfs", "-o", $"size={size}", "tmpfs", path);
        return new Tmpfs(path);
    }

    public void Dispose()
    {
        using var unmount = System.Diagnostics.Process.Start("umount", [Path]);
        unmount.WaitForExit();
    }
}

/// <summary>A test that relies on Linux's file systems.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class LinuxFactAttribute : FactAttribute
{
    public LinuxFactAttribute() => Skip = OperatingSystem.IsLinux() ? null : "needs Linux";
}

/// <summary>A test that mounts a <see cref="Tmpfs"/> and needs servers as <see cref="ServerFactAttribute"/> says; where a mount is not allowed it skips, also with CI=true.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class TmpfsFactAttribute : FactAttribute
{
    public TmpfsFactAttribute(params string[] variables) => Skip = TestServers.ReasonToSkip(variables) ?? (MayMount ? null : "needs root, to mount a small file system");

    private static bool MayMount { get; } = OperatingSystem.IsLinux() && Environment.IsPrivilegedProcess;
}
