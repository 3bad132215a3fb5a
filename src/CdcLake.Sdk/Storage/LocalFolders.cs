namespace CdcLake.Storage;

/// <summary>Folders whose entries survive a power cut. Windows sees to that by itself.</summary>
internal sealed class LocalFolders(DiskCalls disk)
{
    /// <summary>Creates a folder with its parents; on Unix every new entry is flushed to the disk.</summary>
    public void Create(string folder)
    {
        if (Directory.Exists(folder))
        {
            return;
        }

        var parent = Path.GetDirectoryName(folder);
        if (parent is not null)
        {
            Create(parent);
        }

        Directory.CreateDirectory(folder);
        if (parent is not null)
        {
            Flush(parent);
        }
    }

    /// <summary>Makes renames and new names in a folder durable.</summary>
    /// <exception cref="ObjectStoreException">The disk did not take them. They may be visible and yet not survive a power cut.</exception>
    public void Flush(string folder)
    {
        if (OperatingSystem.IsWindows())
        {
            return;
        }

        var error = disk.FlushFolder(folder);
        if (error != 0 && !DiskCalls.HasNothingToFlush(error))
        {
            throw new ObjectStoreException(
                $"Folder {folder} could not be flushed to the disk (errno {error}): names just written there may be visible now and gone after a power cut. "
                + "The disk or its file system reports an error; look into the system's log, then start again.");
        }
    }

    /// <summary>Gives a finished file its name if the name is free.</summary>
    /// <returns>False: somebody else has the name.</returns>
    /// <exception cref="ObjectStoreException">The file system cannot say who was first.</exception>
    /// <exception cref="IOException">It refused for another reason.</exception>
    public bool TryLink(string file, string name)
    {
        var error = disk.Link(file, name);
        if (error == 0 || DiskCalls.MeansTaken(error))
        {
            return error == 0;
        }

        throw DiskCalls.MeansNoLinks(error)
            ? new ObjectStoreException(
                $"Cannot create {name} exclusively: its file system knows no hard links (errno {error}), so two writers could both believe that they were first. "
                + "Choose a folder on a file system that has them (ext4, xfs, btrfs, zfs, apfs, nfs 4), or a catalog that is a service.")
            : new IOException($"Cannot link {file} to {name} (errno {error}).");
    }
}
