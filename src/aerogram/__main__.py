"""``python -m aerogram`` and the ``aerogram`` command."""

from aerogram.app.main import main

if __name__ == "__main__":
    main()
